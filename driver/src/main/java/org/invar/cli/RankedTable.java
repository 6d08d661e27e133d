package org.invar.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.invar.report.Numbers;
import org.invar.report.TextTable;
import org.invar.search.SearchSettings;
import org.invar.search.SearchedTrial;
import org.invar.search.TrialStatus;
import org.invar.search.space.Distribution;
import org.jspecify.annotations.Nullable;

/** The best trials of a search as lines, a column a setting under its name in stacked pieces. */
final class RankedTable {
  private static final List<String> FIRST = List.of("trial", "epochs");

  private final String metric;
  private final Map<String, Distribution> space;
  private final List<String> keys;

  RankedTable(SearchSettings settings) {
    this.metric = settings.objective().metric();
    this.space = settings.space();
    this.keys = List.copyOf(settings.space().keySet());
  }

  /**
   * Returns the lines of a table without the trials that failed.
   *
   * @param ranked all trials, best first
   * @param most how many to show
   * @param width columns of the screen; settings that do not fit are left out
   */
  List<String> lines(List<SearchedTrial> ranked, int most, int width) {
    List<SearchedTrial> trained =
        ranked.stream().filter(trial -> trial.status() != TrialStatus.FAILED).toList();
    List<SearchedTrial> shown = trained.subList(0, Math.min(most, trained.size()));
    int columns = keys.size();
    List<String> lines = table(shown, columns);
    while (columns > 1 && lines.stream().anyMatch(line -> line.length() > width)) {
      lines = table(shown, --columns);
    }
    List<String> left = new ArrayList<>();
    if (trained.size() > shown.size()) {
      left.add(more(trained.size() - shown.size(), "trial"));
    }
    if (columns < keys.size()) {
      left.add(more(keys.size() - columns, "setting") + " of each");
    }
    List<String> all = new ArrayList<>(lines);
    if (!left.isEmpty()) {
      all.add("… and " + String.join(" and ", left) + ", in trials.csv");
    }
    return all;
  }

  private static String more(int count, String unit) {
    return count + " more " + unit + (count == 1 ? "" : "s");
  }

  private List<String> table(List<SearchedTrial> trials, int columns) {
    List<String> shown = keys.subList(0, columns);
    var table = TextTable.aligned("rrr" + "l".repeat(columns));
    List<String[]> names = shown.stream().map(key -> shortName(key).split("\\.")).toList();
    int deepest = names.stream().mapToInt(name -> name.length).max().orElse(1);
    for (int line = 0; line < deepest; line++) {
      boolean last = line == deepest - 1;
      List<String> head = new ArrayList<>();
      FIRST.forEach(name -> head.add(last ? name : ""));
      head.add(last ? metric : "");
      for (String[] name : names) {
        int piece = line - (deepest - name.length); // The last pieces stand on one line.
        head.add(piece < 0 ? "" : name[piece]);
      }
      table.row(head);
    }
    for (SearchedTrial trial : trials) {
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(trial.number()));
      cells.add(String.valueOf(trial.epochs()));
      cells.add(score(trial));
      for (String key : shown) {
        JsonNode value = trial.values().get(key);
        cells.add(value == null ? "-" : text(value));
      }
      table.row(cells);
    }
    return table.render().lines().toList();
  }

  /** Returns the score as people read it; a dash where there is none. */
  static String score(@Nullable SearchedTrial trial) {
    Double score = trial == null ? null : trial.score();
    return score == null ? "-" : Numbers.score(score);
  }

  /** Returns a trial's settings on one line. */
  String settings(SearchedTrial trial) {
    return trial.values().entrySet().stream()
        .map(each -> shortName(each.getKey()) + " " + text(each.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** Returns the last names of a key, enough to tell it: {@code layers[0].conv2d.filters}. */
  private String shortName(String key) {
    int layers = key.indexOf("layers[");
    String name = layers >= 0 ? key.substring(layers) : key.substring(key.lastIndexOf('.') + 1);
    return space.get(key) instanceof Distribution.Repeat ? name + ".times" : name;
  }

  /** Returns a value as people write it. */
  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }
}
