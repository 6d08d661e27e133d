package org.invar.optim;

import java.util.Objects;

/**
 * When to end a run whose watched metric has stopped improving.
 *
 * <p>Too little patience stops at noise; too much wastes epochs.
 *
 * @param metric the watched metric's name; {@link Goal#of} tells whether it should fall or rise
 * @param patience the epochs without an improvement after which the run ends, at least 1
 * @param minDelta by how much more than this the metric must improve, 0 or more
 */
public record EarlyStopping(String metric, int patience, double minDelta) {
  /** Refuses no patience and a negative minDelta. */
  public EarlyStopping {
    Objects.requireNonNull(metric, "metric");
    Require.atLeast("patience", patience, 1);
    Require.notNegative("minDelta", minDelta);
  }

  /** Returns early stopping on the development loss, where any improvement counts. */
  public static EarlyStopping of(int patience) {
    return new EarlyStopping(WatchedMetric.DEFAULT, patience, 0);
  }

  /** Returns the state after one more epoch, which ended with {@code value}. */
  public WatchedMetric after(WatchedMetric watched, double value) {
    return watched.after(value, Goal.of(metric), minDelta);
  }

  /** Returns whether the run ends here. */
  public boolean stops(WatchedMetric watched) {
    return watched.epochsSinceBest() >= patience;
  }
}
