package org.invar.compute;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.invar.data.Batch;
import org.invar.metric.ConfusionMatrix;
import org.invar.metric.Metric;
import org.invar.nn.Network;

/**
 * The layout of the float64 sums that a pass over rows gives: loss, the weight that an update
 * divides by, rows, the rows' own weight, then the metric's own.
 *
 * <p>Class weights are in the gradient and in its weight, and not in the loss: that of the training
 * rows is the same quantity as that of any others.
 *
 * @param metric what is scored beside the loss
 */
public record Scores(Metric metric) {
  private static final int LOSS = 0;
  private static final int WEIGHT = 1;
  private static final int ROWS = 2;
  private static final int OWN_WEIGHT = 3;
  private static final int METRIC = 4;

  /** Returns sums before the first row. */
  public double[] zero() {
    return new double[METRIC + metric.width()];
  }

  /**
   * Adds a batch.
   *
   * @param batch with the rows' own weights
   * @param weight of the batch in an update
   * @param outcome by the rows' own weights
   */
  void add(double[] sums, Batch batch, double weight, Network.Outcome outcome) {
    sums[LOSS] += outcome.lossSum();
    sums[WEIGHT] += weight;
    sums[OWN_WEIGHT] += batch.weight();
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

  /** Returns the example weight that an update divides by, class weights included. */
  public static double weight(double[] sums) {
    return sums[WEIGHT];
  }

  /** Returns the number of rows that the sums are over. */
  public static long rows(double[] sums) {
    return (long) sums[ROWS];
  }

  /** Returns whether the loss is a number. */
  public static boolean finite(double[] sums) {
    return Double.isFinite(sums[LOSS]);
  }

  /** Returns the mean loss by the rows' own weights; NaN without weight. */
  public static double loss(double[] sums) {
    return sums[LOSS] / sums[OWN_WEIGHT];
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
