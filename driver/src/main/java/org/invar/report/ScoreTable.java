package org.invar.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
