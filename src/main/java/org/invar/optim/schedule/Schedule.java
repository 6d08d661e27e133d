package org.invar.optim.schedule;

import java.util.Optional;

/**
 * The learning rate as a pure function of a run's progress.
 *
 * <p>Below, e is the epochs completed, counted from 0: whole ones, or fractions too where {@code
 * per} is {@link Pace#STEP}. Powers and cosines are StrictMath's, so every machine has the same
 * rate.
 */
public sealed interface Schedule
    permits Constant,
        InverseTime,
        Exponential,
        InverseSquareRoot,
        Piecewise,
        Step,
        Cosine,
        Polynomial,
        Warmup,
        ReduceOnPlateau {
  /** Returns the learning rate of the step that comes next; finite and not negative. */
  double rate(Progress progress);

  /** Returns whether the rate ends at 0 by intent, and may come as near to it as it does. */
  default boolean endsAtZero() {
    return false;
  }

  /**
   * Returns the settings of reduce-on-plateau where this schedule has them, behind a warm-up too.
   */
  default Optional<ReduceOnPlateau> plateau() {
    Schedule schedule = this;
    while (schedule instanceof Warmup warmup) {
      schedule = warmup.then();
    }
    return schedule instanceof ReduceOnPlateau plateau ? Optional.of(plateau) : Optional.empty();
  }
}
