package org.invar.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.invar.train.TrainingListener.Epoch;

/**
 * The epochs of a run as text: loss and headline score of the training batches and of the dev
 * split, learning rate, seconds, and a mark at the epoch whose weights were kept.
 *
 * @param history the epochs, in order
 * @param keptEpoch the number of the epoch whose weights were kept, counted from 1
 */
record EpochTable(List<Epoch> history, int keptEpoch) {
  private static final int MOST_LINES = 40;

  /**
   * Returns the table; of more than 40 epochs the first, the last, the kept one and others evenly
   * between; an empty text without epochs.
   */
  String render() {
    if (history.isEmpty()) {
      return "";
    }
    List<String> columns = columns();
    TextTable table = TextTable.aligned("r".repeat(columns.size() + 4));
    List<String> head = new ArrayList<>(List.of("epoch"));
    columns.forEach(column -> head.add(words(column)));
    head.addAll(List.of("learning rate", "seconds", "kept"));
    table.row(head);
    Set<Integer> shown = shown();
    for (int index : shown) {
      table.row(line(history.get(index), columns));
    }
    String note =
        shown.size() == history.size()
            ? ""
            : "(" + shown.size() + " of " + history.size() + " epochs; all are in metrics.jsonl)\n";
    return table.render() + note;
  }

  private List<String> line(Epoch epoch, List<String> columns) {
    List<String> line = new ArrayList<>(List.of(Integer.toString(epoch.epoch())));
    columns.forEach(column -> line.add(ScoreTable.cell(epoch.scores().get(column))));
    line.add(Numbers.rate(epoch.learningRate()));
    line.add(Numbers.seconds(epoch.seconds()));
    line.add(epoch.epoch() == keptEpoch ? "*" : "");
    return line;
  }

  /** Those of trainLoss, trainAccuracy, devLoss, devAccuracy (or rmse) that any epoch has. */
  private List<String> columns() {
    Set<String> names =
        history.stream()
            .flatMap(epoch -> epoch.scores().keySet().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    List<String> columns = new ArrayList<>();
    for (String split : List.of("train", "dev")) {
      Set<String> own =
          names.stream()
              .map(name -> ScoreNames.of(split, name))
              .flatMap(Optional::stream)
              .collect(Collectors.toCollection(TreeSet::new));
      if (own.contains("loss")) {
        columns.add(ScoreNames.in(split, "loss"));
      }
      ScoreNames.headline(own).ifPresent(name -> columns.add(ScoreNames.in(split, name)));
    }
    return columns;
  }

  /** {@code devAccuracy} as {@code dev accuracy}. */
  private static String words(String column) {
    return column.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }

  /** The indexes of the epochs to show, rising. */
  private Set<Integer> shown() {
    int last = history.size() - 1;
    Set<Integer> shown = new TreeSet<>();
    if (last < MOST_LINES) {
      for (int i = 0; i <= last; i++) {
        shown.add(i);
      }
      return shown;
    }
    // One line is left for the kept epoch.
    int even = MOST_LINES - 1;
    for (int i = 0; i < even; i++) {
      shown.add((int) Math.round((double) i * last / (even - 1)));
    }
    for (int i = 0; i <= last; i++) {
      if (history.get(i).epoch() == keptEpoch) {
        shown.add(i);
      }
    }
    return shown;
  }
}
