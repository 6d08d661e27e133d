package org.invar.worker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.invar.data.Batch;
import org.invar.metric.ConfusionMatrix;
import org.invar.metric.Metric;
import org.invar.nn.Network;

/**
 * The layout of the float64 sums that a pass over rows gives: loss, weight, rows, then the metric's
 * own.
 *
 * @param metric what is scored beside the loss
 */
public record Scores(Metric metric) {
  private static final int LOSS = 0;
  private static final int WEIGHT = 1;
  private static final int ROWS = 2;
  private static final int METRIC = 3;

  /** Returns sums before the first row. */
  public double[] zero() {
    return new double[METRIC + metric.width()];
  }

  /** Adds a batch. */
  void add(double[] sums, Batch batch, Network.Outcome outcome) {
    sums[LOSS] += outcome.lossSum();
    sums[WEIGHT] += batch.weight();
    sums[ROWS] += batch.rows();
    metric.add(sums, METRIC, outcome.outputs(), batch.targets());
  }

  /** Adds the right sums to the left ones and returns these. */
  public static double[] add(double[] left, double[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  /** Returns the example weight that the sums are over. */
  public static double weight(double[] sums) {
    return sums[WEIGHT];
  }

  /** Returns the number of rows that the sums are over. */
  public static long rows(double[] sums) {
    return (long) sums[ROWS];
  }

  /** Returns whether the loss is a number. */
  static boolean finite(double[] sums) {
    return Double.isFinite(sums[LOSS]);
  }

  /** Returns the weighted mean loss; NaN without weight. */
  public static double loss(double[] sums) {
    return sums[LOSS] / sums[WEIGHT];
  }

  /**
   * Returns {@code loss} and the metric's values, by name, in the order in which they are shown.
   */
  public Map<String, Double> values(double[] sums) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", loss(sums));
    values.putAll(metric.values(sums, METRIC));
    return values;
  }

  /** Returns the confusion matrix, where the metric has one. */
  public Optional<ConfusionMatrix> confusion(double[] sums) {
    return metric.confusion(sums, METRIC);
  }
}
