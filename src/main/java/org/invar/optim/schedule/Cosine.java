package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * floor + (α₀ − floor) · ½ (1 + cos(π · min(e, n) / n)), n = totalEpochs; {@code floor} from there
 * on. Source: Loshchilov, Hutter 2017, arXiv:1608.03983, without restarts.
 *
 * @param initialRate α₀, positive
 * @param totalEpochs n, at least 1
 * @param floor the last rate, in [0, α₀]
 * @param per how often it moves
 */
public record Cosine(double initialRate, int totalEpochs, double floor, Pace per)
    implements Schedule {
  /** Refuses a rate that is not positive, no epochs, and a floor outside [0, α₀]. */
  public Cosine {
    Require.positive("initialRate", initialRate);
    Require.atLeast("totalEpochs", totalEpochs, 1);
    Require.floor("floor", floor, initialRate);
    Objects.requireNonNull(per, "per");
  }

  /** Returns the schedule down to 0 that moves once an epoch. */
  public static Cosine of(double initialRate, int totalEpochs) {
    return new Cosine(initialRate, totalEpochs, 0, Pace.EPOCH);
  }

  @Override
  public boolean endsAtZero() {
    return floor == 0;
  }

  @Override
  public double rate(Progress progress) {
    double done = Math.min(progress.epochs(per), totalEpochs) / totalEpochs;
    return floor + (initialRate - floor) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
  }
}
