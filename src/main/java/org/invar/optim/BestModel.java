package org.invar.optim;

import java.util.Objects;

/**
 * Which epoch's parameters a run keeps as its result: the first with the best value of a metric.
 *
 * @param metric the watched metric's name; {@link Goal#of} tells whether it should fall or rise
 */
public record BestModel(String metric) {
  /** Refuses a null name. */
  public BestModel {
    Objects.requireNonNull(metric, "metric");
  }

  /** Returns best-model keeping on the development loss. */
  public static BestModel of() {
    return new BestModel(WatchedMetric.DEFAULT);
  }

  /**
   * Returns the state after one more epoch, which ended with {@code value}; the epoch's parameters
   * are to be kept where the result has {@link WatchedMetric#improved}.
   */
  public WatchedMetric after(WatchedMetric watched, double value) {
    return watched.after(value, Goal.of(metric), 0);
  }
}
