package org.invar.optim;

/**
 * How far reduce-on-plateau has come; {@link org.invar.optim.schedule.ReduceOnPlateau#after} moves
 * it.
 *
 * @param watched the metric
 * @param countingFrom the epoch after which epochs count as bad again: that of the last reduction
 *     plus its cooldown
 * @param reductions how often the rate has been reduced
 */
public record Plateau(WatchedMetric watched, int countingFrom, int reductions) {
  /** Refuses negative counts. */
  public Plateau {
    Require.atLeast("countingFrom", countingFrom, 0);
    Require.atLeast("reductions", reductions, 0);
  }

  /** Returns the state before the first epoch. */
  public static Plateau start() {
    return new Plateau(WatchedMetric.start(), 0, 0);
  }

  /** Returns the epochs without an improvement that count towards the patience. */
  public int badEpochs() {
    return Math.max(0, watched.epochs() - Math.max(watched.bestEpoch(), countingFrom));
  }

  /** Returns the epochs to come that will not count. */
  public int cooldownLeft() {
    return Math.max(0, countingFrom - watched.epochs());
  }
}
