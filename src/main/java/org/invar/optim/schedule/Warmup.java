package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * A rise in equal parts to the first rate of another schedule, which then starts from its own epoch
 * 0: its rate at 0 times (e + 1) / epochs, or (step + 1) / (epochs · stepsPerEpoch) per step; from
 * e = epochs on, its rate at e − epochs.
 *
 * @param epochs the length of the rise, at least 1
 * @param then the schedule that follows
 * @param per how often the rise moves; {@code then} has its own
 */
public record Warmup(int epochs, Schedule then, Pace per) implements Schedule {
  /** Refuses a rise without epochs. */
  public Warmup {
    Require.atLeast("epochs", epochs, 1);
    Objects.requireNonNull(then, "then");
    Objects.requireNonNull(per, "per");
  }

  /** Returns the warm-up that rises once an epoch. */
  public static Warmup of(int epochs, Schedule then) {
    return new Warmup(epochs, then, Pace.EPOCH);
  }

  @Override
  public boolean endsAtZero() {
    return then.endsAtZero();
  }

  @Override
  public double rate(Progress progress) {
    double rate = then.rate(progress.behind(epochs));
    if (progress.epoch() >= epochs) {
      return rate;
    }
    double one = per == Pace.EPOCH ? 1 : 1.0 / progress.stepsPerEpoch();
    return rate * (progress.epochs(per) + one) / epochs;
  }
}
