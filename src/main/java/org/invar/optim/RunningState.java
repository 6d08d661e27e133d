package org.invar.optim;

import org.invar.param.Layout;

/**
 * The running statistics of a network, updated once a step: s = momentum · s + (1 − momentum) · sum
 * / rows.
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
   * @param sums the rows' sum of the shards' statistics, flat
   * @param rows the rows that the sums are over, at least 1
   */
  public void update(float[] sums, long rows) {
    update(0, values.length, sums, rows);
  }

  /**
   * Takes a part of a step's statistics.
   *
   * @param from the part's first element
   * @param to the element behind its last
   * @param sums begins with the part's
   * @param rows the rows that the sums are over, at least 1
   */
  public void update(int from, int to, float[] sums, long rows) {
    for (Layout.Entry entry : layout.entries()) {
      double momentum = entry.spec().momentum();
      int end = Math.min(entry.end(), to);
      for (int i = Math.max(entry.offset(), from); i < end; i++) {
        values[i] =
            (float) (momentum * values[i] + (1 - momentum) * (sums[i - from] / (double) rows));
      }
    }
  }

  /** Returns the flat vector itself. */
  public float[] values() {
    return values;
  }
}
