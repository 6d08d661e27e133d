package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * floor + (α₀ − floor) · (1 − min(e, n) / n)^power, n = totalEpochs; {@code floor} from there on.
 *
 * @param initialRate α₀, positive
 * @param totalEpochs n, at least 1
 * @param power positive; 1 is a straight line
 * @param floor the last rate, in [0, α₀]
 * @param per how often it moves
 */
public record Polynomial(double initialRate, int totalEpochs, double power, double floor, Pace per)
    implements Schedule {
  /** Refuses a rate or power that is not positive, no epochs, and a floor outside [0, α₀]. */
  public Polynomial {
    Require.positive("initialRate", initialRate);
    Require.atLeast("totalEpochs", totalEpochs, 1);
    Require.positive("power", power);
    Require.floor("floor", floor, initialRate);
    Objects.requireNonNull(per, "per");
  }

  /** Returns the straight line down to 0 that moves once an epoch. */
  public static Polynomial of(double initialRate, int totalEpochs) {
    return new Polynomial(initialRate, totalEpochs, 1, 0, Pace.EPOCH);
  }

  @Override
  public boolean endsAtZero() {
    return floor == 0;
  }

  @Override
  public double rate(Progress progress) {
    double left = 1 - Math.min(progress.epochs(per), totalEpochs) / totalEpochs;
    return floor + (initialRate - floor) * StrictMath.pow(left, power);
  }
}
