package org.invar.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.invar.metric.ConfusionMatrix;
import org.invar.score.Evaluation;

/**
 * An evaluation as text: the scores, the confusion matrix, and each class's precision, recall and
 * f1.
 *
 * @param data what the rows are called: {@code test}, or the path that they come from
 * @param evaluation what was found
 */
public record EvaluationReport(String data, Evaluation evaluation) {
  private static final int MOST_CLASSES = 30;
  private static final int MOST_CONFUSIONS = 20;

  /** A pair of different classes that were taken for one another. */
  private record Confusion(int actual, int predicted, long rows) {}

  /**
   * Returns the tables; of more than 30 classes the most frequent confusions in place of the
   * matrix, and the classes with the lowest f1.
   */
  public String render() {
    StringBuilder text = new StringBuilder();
    text.append(ScoreTable.oneLine(data, evaluation.rows(), evaluation.scores()));
    text.append(ScoreTable.ratios(evaluation.scores(), evaluation.confusion(), names()));
    evaluation
        .confusion()
        .ifPresent(
            matrix -> {
              boolean few = matrix.classes() <= MOST_CLASSES;
              text.append('\n');
              text.append(few ? matrix.render(names()) : confusions(matrix));
              text.append('\n').append(classes(matrix));
            });
    return text.toString();
  }

  private List<String> names() {
    return evaluation.classes().stream().map(ScoreTable::name).toList();
  }

  private String confusions(ConfusionMatrix matrix) {
    List<Confusion> all = new ArrayList<>();
    for (int actual = 0; actual < matrix.classes(); actual++) {
      for (int predicted = 0; predicted < matrix.classes(); predicted++) {
        long rows = matrix.count(actual, predicted);
        if (actual != predicted && rows > 0) {
          all.add(new Confusion(actual, predicted, rows));
        }
      }
    }
    all.sort(Comparator.comparingLong(Confusion::rows).reversed());
    if (all.isEmpty()) {
      return "No class was taken for another.\n";
    }
    TextTable table =
        TextTable.aligned("llrr").row("true", "predicted", counted(matrix), "of its class");
    for (Confusion one : all.subList(0, Math.min(MOST_CONFUSIONS, all.size()))) {
      table.row(
          names().get(one.actual()),
          names().get(one.predicted()),
          Numbers.count(one.rows()),
          share((double) one.rows() / matrix.actual(one.actual())));
    }
    String note =
        all.size() <= MOST_CONFUSIONS
            ? ""
            : "(the most frequent %d of %s confusions)\n"
                .formatted(MOST_CONFUSIONS, Numbers.count(all.size()));
    return table.render() + note;
  }

  private String classes(ConfusionMatrix matrix) {
    TextTable table =
        TextTable.aligned("lrrrrr")
            .row("class", counted(matrix), "predicted", "precision", "recall", "f1");
    for (int c : shown(matrix)) {
      table.row(
          names().get(c),
          Numbers.count(matrix.actual(c)),
          Numbers.count(matrix.predicted(c)),
          share(matrix.precision(c)),
          share(matrix.recall(c)),
          share(matrix.f1(c)));
    }
    String note =
        matrix.classes() <= MOST_CLASSES
            ? ""
            : "(the %d of %s classes with the lowest f1)\n"
                .formatted(MOST_CLASSES, Numbers.count(matrix.classes()));
    return table.render() + note;
  }

  /** Rows that are sequences with a class at every step count once a step. */
  private String counted(ConfusionMatrix matrix) {
    return matrix.rows() == evaluation.rows() ? "rows" : "steps";
  }

  /** All classes by id, or of many those with the lowest f1 first; undefined ones are last. */
  private static List<Integer> shown(ConfusionMatrix matrix) {
    List<Integer> ids = IntStream.range(0, matrix.classes()).boxed().toList();
    return ids.size() <= MOST_CLASSES
        ? ids
        : ids.stream().sorted(Comparator.comparingDouble(matrix::f1)).limit(MOST_CLASSES).toList();
  }

  private static String share(double value) {
    return Double.isNaN(value) ? "n/a" : String.format(Locale.ROOT, "%.3f", value);
  }
}
