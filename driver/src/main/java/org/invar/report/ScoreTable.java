package org.invar.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.invar.metric.ConfusionMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Scores as text: a line a split, a column a score; "-" where a split has none of it.
 *
 * @param scores by split and name: {@code trainLoss}, {@code devAccuracy}, …
 */
public record ScoreTable(Map<String, Double> scores) {
  /** Returns the table, or an empty text without scores. */
  public String render() {
    TreeSet<String> names = new TreeSet<>(ScoreNames.ORDER);
    List<String> splits = new ArrayList<>();
    for (String split : ScoreNames.SPLITS) {
      List<String> own =
          scores.keySet().stream()
              .map(name -> ScoreNames.of(split, name))
              .flatMap(Optional::stream)
              .toList();
      if (!own.isEmpty()) {
        splits.add(split);
        names.addAll(own);
      }
    }
    if (splits.isEmpty()) {
      return "";
    }
    TextTable table = TextTable.aligned("l" + "r".repeat(names.size()));
    table.row(line("split", List.copyOf(names)));
    for (String split : splits) {
      List<String> cells =
          names.stream().map(name -> cell(scores.get(ScoreNames.in(split, name)))).toList();
      table.row(line(split, cells));
    }
    return table.render();
  }

  /**
   * Returns a table of one line.
   *
   * @param data what was scored
   * @param rows the number of its rows
   * @param scores by name without a split: {@code loss}, {@code accuracy}, …
   */
  static String oneLine(String data, long rows, Map<String, Double> scores) {
    TreeSet<String> names = new TreeSet<>(ScoreNames.ORDER);
    names.addAll(scores.keySet());
    List<String> head = new ArrayList<>(List.of("rows"));
    head.addAll(names);
    List<String> cells = new ArrayList<>(List.of(Numbers.count(rows)));
    names.forEach(name -> cells.add(cell(scores.get(name))));
    return TextTable.aligned("l" + "r".repeat(head.size()))
        .row(line("data", head))
        .row(line(data, cells))
        .render();
  }

  /**
   * Returns a line that says what precision, recall and f1 are of, or an empty text where there are
   * none.
   *
   * @param scores by name, with or without a split
   * @param confusion the matrix that they are from
   * @param classes a name for every class
   */
  static String ratios(
      Map<String, Double> scores, Optional<ConfusionMatrix> confusion, List<String> classes) {
    boolean shown =
        scores.keySet().stream()
            .anyMatch(name -> name.toLowerCase(Locale.ROOT).endsWith("precision"));
    if (confusion.isEmpty() || !shown) {
      return "";
    }
    OptionalInt positive = confusion.get().positive();
    return positive.isEmpty()
        ? "precision, recall and f1 are means over the classes that have rows\n"
        : "precision, recall and f1 are those of class " + classes.get(positive.getAsInt()) + "\n";
  }

  /** Returns a class's name, in quotes where it would not be seen whole. */
  static String name(String name) {
    return name.isEmpty() || !name.strip().equals(name) ? '"' + name + '"' : name;
  }

  /** Returns the score as text, "-" for none. */
  static String cell(@Nullable Double value) {
    return value == null ? "-" : Numbers.score(value);
  }

  private static List<String> line(String first, List<String> others) {
    List<String> line = new ArrayList<>(List.of(first));
    line.addAll(others);
    return line;
  }
}
