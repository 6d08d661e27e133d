package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * α₀ · base^e.
 *
 * @param initialRate α₀, positive
 * @param base in (0, 1]
 * @param per how often it moves
 */
public record Exponential(double initialRate, double base, Pace per) implements Schedule {
  /** Refuses a rate that is not positive and a base outside (0, 1]. */
  public Exponential {
    Require.positive("initialRate", initialRate);
    Require.factor("base", base);
    Objects.requireNonNull(per, "per");
  }

  /** Returns the schedule that moves once an epoch. */
  public static Exponential of(double initialRate, double base) {
    return new Exponential(initialRate, base, Pace.EPOCH);
  }

  @Override
  public double rate(Progress progress) {
    return initialRate * StrictMath.pow(base, progress.epochs(per));
  }
}
