package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * α₀ · k / √(1 + e): the formula's own epochs count from 1.
 *
 * @param initialRate α₀, positive
 * @param k the factor, positive
 * @param per how often it moves
 */
public record InverseSquareRoot(double initialRate, double k, Pace per) implements Schedule {
  /** Refuses a rate and a factor that are not positive. */
  public InverseSquareRoot {
    Require.positive("initialRate", initialRate);
    Require.positive("k", k);
    Objects.requireNonNull(per, "per");
  }

  /** Returns the schedule that moves once an epoch. */
  public static InverseSquareRoot of(double initialRate, double k) {
    return new InverseSquareRoot(initialRate, k, Pace.EPOCH);
  }

  @Override
  public double rate(Progress progress) {
    return initialRate * k / Math.sqrt(1 + progress.epochs(per));
  }
}
