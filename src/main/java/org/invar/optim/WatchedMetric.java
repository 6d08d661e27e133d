package org.invar.optim;

/**
 * What is remembered of a metric that decides something: its best value so far, and when that was.
 *
 * <p>Early stopping, reduce-on-plateau and best-model keeping are all decided from this. It is made
 * of plain finite numbers, moves by the same all-reduced values everywhere, and so may be kept by
 * every worker and in a checkpoint.
 *
 * @param best the best value so far; 0 while there is none
 * @param bestEpoch the epoch, counted from 1, that ended with it; 0 while there is none
 * @param epochs the epochs seen
 */
public record WatchedMetric(double best, int bestEpoch, int epochs) {
  /** The metric that is watched unless a job says otherwise. */
  public static final String DEFAULT = "devLoss";

  /** Refuses states that no run can reach. */
  public WatchedMetric {
    if (!Double.isFinite(best) || bestEpoch < 0 || bestEpoch > epochs) {
      throw new IllegalArgumentException(
          "best=%s, bestEpoch=%d, epochs=%d is not the state of a watched metric"
              .formatted(best, bestEpoch, epochs));
    }
  }

  /** Returns the state before the first epoch. */
  public static WatchedMetric start() {
    return new WatchedMetric(0, 0, 0);
  }

  /**
   * Returns the state after one more epoch.
   *
   * @param value the metric at its end; NaN and infinities never count as an improvement, and the
   *     first finite value always does
   * @param goal which way the metric should go
   * @param minDelta by how much more than this a value must be better than the best
   */
  public WatchedMetric after(double value, Goal goal, double minDelta) {
    boolean better =
        Double.isFinite(value) && (bestEpoch == 0 || goal.improves(value, best, minDelta));
    return better
        ? new WatchedMetric(value, epochs + 1, epochs + 1)
        : new WatchedMetric(best, bestEpoch, epochs + 1);
  }

  /** Returns whether the last epoch was the best so far. */
  public boolean improved() {
    return epochs > 0 && bestEpoch == epochs;
  }

  /** Returns the epochs since the best one, or all of them while there is none. */
  public int epochsSinceBest() {
    return epochs - bestEpoch;
  }
}
