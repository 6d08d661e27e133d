package org.invar.config;

import org.invar.config.bind.Unnamed;

/** How often a checkpoint is written: {@code auto} or a number of steps. */
public sealed interface Interval permits Interval.Auto, Interval.Fixed {
  /** As often as costs less than two percent of the time, and at the end. */
  record Auto() implements Interval {}

  /**
   * After every so many steps, and after every epoch.
   *
   * @param steps at least 1
   */
  @Unnamed
  record Fixed(int steps) implements Interval {
    /** Refuses less than one step. */
    public Fixed {
      Require.atLeast("steps", 1, steps, "Write auto where no number is meant.");
    }
  }
}
