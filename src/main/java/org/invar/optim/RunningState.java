package org.invar.optim;

import java.util.List;
import org.invar.tensor.Layout;

/**
 * The running statistics of a network, updated once a step by those of the whole batch: s =
 * momentum · s + (1 − momentum) · batch.
 *
 * <p>A batch's mean and biased variance are within plus between its shards (as Chan, Golub, LeVeque
 * 1983, DOI 10.1080/00031305.1983.10483115, combine them): with d the distances of n values from
 * the running mean m, they are m + Σd/n and Σd²/n − (Σd/n)². These sums are additive, so the
 * canonical tree makes them in float32 like all others. What is lost to their rounding is at most
 * some 2⁻²⁴ of the squared distance between the batch's mean and m, in units of the variance; that
 * distance, and with it the loss, shrinks by the momentum each step, and as long as it is worth
 * mentioning m itself is further off.
 *
 * <p>Not safe for use by several threads.
 */
public final class RunningState {
  private final Layout layout;
  private final float[] values;

  private RunningState(Layout layout, float[] values) {
    this.layout = layout;
    this.values = values;
  }

  /**
   * Returns the statistics that start at those values.
   *
   * @param layout the entries, each with its momentum
   * @param values the flat vector; changed by every update
   */
  public static RunningState of(Layout layout, float[] values) {
    if (values.length != layout.length()) {
      throw new IllegalArgumentException(
          "a state of " + values.length + " does not fit a layout of " + layout.length());
    }
    return new RunningState(layout, values);
  }

  /**
   * Takes a step's statistics.
   *
   * @param sums of the shards' statistics, flat, as {@link Layout.Statistic} has them
   * @param rows the rows that the sums are over, at least 1
   */
  public void update(float[] sums, long rows) {
    List<Layout.Entry> entries = layout.entries();
    for (int e = 0; e < entries.size(); e++) {
      Layout.Entry entry = entries.get(e);
      switch (entry.spec().statistic()) {
        case ROW_MEAN -> {
          for (int i = entry.offset(); i < entry.end(); i++) {
            values[i] = moved(entry.spec(), values[i], sums[i] / (double) rows);
          }
        }
        case MEAN -> moments(entry, entries.get(e + 1), entries.get(e + 2), sums);
        case VARIANCE, COUNT -> {} // With the mean in front of them.
      }
    }
  }

  private void moments(Layout.Entry mean, Layout.Entry variance, Layout.Entry count, float[] sums) {
    double n = sums[count.offset()];
    if (!(n > 0)) {
      return; // No value, no statistics.
    }
    for (int c = 0; c < mean.shape().size(); c++) {
      int at = mean.offset() + c;
      int of = variance.offset() + c;
      double distance = sums[at] / n;
      double squares = Math.max(0, sums[of] / n - distance * distance);
      values[at] = moved(mean.spec(), values[at], values[at] + distance);
      values[of] = moved(variance.spec(), values[of], squares);
    }
    values[count.offset()] = (float) n;
  }

  private static float moved(Layout.Spec spec, float value, double batch) {
    return (float) (spec.momentum() * value + (1 - spec.momentum()) * batch);
  }

  /** Returns the flat vector itself. */
  public float[] values() {
    return values;
  }
}
