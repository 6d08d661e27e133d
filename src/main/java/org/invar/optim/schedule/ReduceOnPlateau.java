package org.invar.optim.schedule;

import java.util.Objects;
import org.invar.optim.Goal;
import org.invar.optim.Plateau;
import org.invar.optim.Require;
import org.invar.optim.WatchedMetric;

/**
 * α₀ · factor^reductions, at least {@code minimumRate}: a rate that falls whenever a watched metric
 * has stopped improving.
 *
 * <p>How often it has fallen is a {@link Plateau}, which moves once an evaluation by {@link
 * #after}. Too little patience lets noise end the learning; too much wastes epochs.
 *
 * @param initialRate α₀, positive
 * @param factor in (0, 1)
 * @param patience the epochs without an improvement after which the rate falls, at least 1
 * @param minDelta by how much more than this the metric must improve, 0 or more
 * @param cooldown the epochs after a fall that do not count towards the patience, 0 or more
 * @param metric the watched metric's name; {@link Goal#of} tells whether it should fall or rise
 * @param minimumRate the lowest rate, in [0, α₀]
 */
public record ReduceOnPlateau(
    double initialRate,
    double factor,
    int patience,
    double minDelta,
    int cooldown,
    String metric,
    double minimumRate)
    implements Schedule {
  /** Refuses values outside the ranges above. */
  public ReduceOnPlateau {
    Require.positive("initialRate", initialRate);
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException("factor=" + factor + " is not in (0, 1)");
    }
    Require.atLeast("patience", patience, 1);
    Require.notNegative("minDelta", minDelta);
    Require.atLeast("cooldown", cooldown, 0);
    Objects.requireNonNull(metric, "metric");
    Require.floor("minimumRate", minimumRate, initialRate);
  }

  /** Returns a tenth after 10 epochs of a development loss that improves by at most 1e-4. */
  public static ReduceOnPlateau of(double initialRate) {
    return new ReduceOnPlateau(initialRate, 0.1, 10, 1e-4, 0, WatchedMetric.DEFAULT, 0);
  }

  @Override
  public double rate(Progress progress) {
    return Math.max(minimumRate, initialRate * StrictMath.pow(factor, progress.reductions()));
  }

  /** Returns the state after one more epoch, which ended with {@code value}. */
  public Plateau after(Plateau plateau, double value) {
    WatchedMetric watched = plateau.watched().after(value, Goal.of(metric), minDelta);
    Plateau next = new Plateau(watched, plateau.countingFrom(), plateau.reductions());
    return next.badEpochs() < patience
        ? next
        : new Plateau(watched, watched.epochs() + cooldown, plateau.reductions() + 1);
  }
}
