package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Require;

/**
 * α₀ · factor^⌊e / everyEpochs⌋.
 *
 * @param initialRate α₀, positive
 * @param everyEpochs the length of a stair, positive; fractions make sense per step
 * @param factor in (0, 1]
 * @param per how often it may move
 */
public record Step(double initialRate, double everyEpochs, double factor, Pace per)
    implements Schedule {
  /** Refuses a rate or length that is not positive and a factor outside (0, 1]. */
  public Step {
    Require.positive("initialRate", initialRate);
    Require.positive("everyEpochs", everyEpochs);
    Require.factor("factor", factor);
    Objects.requireNonNull(per, "per");
  }

  /** Returns the schedule that moves between epochs. */
  public static Step of(double initialRate, double everyEpochs, double factor) {
    return new Step(initialRate, everyEpochs, factor, Pace.EPOCH);
  }

  @Override
  public double rate(Progress progress) {
    double stairs = Math.floor(progress.epochs(per) / everyEpochs);
    return initialRate * StrictMath.pow(factor, stairs);
  }
}
