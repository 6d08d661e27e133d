package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * α₀ / (1 + decayRate · e).
 *
 * @param initialRate α₀, positive
 * @param decayRate 0 or more
 * @param per how often it moves
 */
public record InverseTime(double initialRate, double decayRate, Pace per) implements Schedule {
  /** Refuses a rate that is not positive and a negative decay. */
  public InverseTime {
    Require.positive("initialRate", initialRate);
    Require.notNegative("decayRate", decayRate);
    Objects.requireNonNull(per, "per");
  }

  /** Returns the schedule that moves once an epoch. */
  public static InverseTime of(double initialRate, double decayRate) {
    return new InverseTime(initialRate, decayRate, Pace.EPOCH);
  }

  @Override
  public double rate(Progress progress) {
    return initialRate / (1 + decayRate * progress.epochs(per));
  }
}
