package org.invar.config;

import java.util.ArrayList;
import java.util.List;
import org.invar.compute.Scores;
import org.invar.loss.Loss;
import org.invar.metric.Metric;
import org.invar.source.Split;
import org.invar.tensor.Shape;

/** The names of the scores that every epoch of a run has, such as devAccuracy. */
public final class EpochScores {
  /** With fewer outputs there is no top5Accuracy. */
  private static final Shape ALL = Shape.of(6);

  private EpochScores() {}

  /**
   * Returns the names, in the order in which they are shown.
   *
   * @param output the shape of one row of output, which the loss accepts
   * @param dev whether there is a dev set
   */
  public static List<String> of(Loss loss, Shape output, boolean dev) {
    Metric metric = Metric.of(loss, output);
    List<String> names = new ArrayList<>(names(Split.TRAIN, metric.quick()));
    if (dev) {
      names.addAll(names(Split.DEV, metric));
    }
    return names;
  }

  /** Returns the names that there are for some output. */
  static List<String> possible(Loss loss, boolean dev) {
    return of(loss, ALL, dev);
  }

  private static List<String> names(Split split, Metric metric) {
    Scores scores = new Scores(metric);
    return scores.values(scores.zero()).keySet().stream().map(split::score).toList();
  }
}
