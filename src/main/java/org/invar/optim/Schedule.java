package org.invar.optim;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The learning rate as a pure function of a run's progress.
 *
 * <p>Below, e is the epochs completed, counted from 0: whole ones, or fractions too where {@code
 * per} is {@link Pace#STEP}. Powers and cosines are StrictMath's, so every machine has the same
 * rate.
 */
public sealed interface Schedule
    permits Schedule.Constant,
        Schedule.InverseTime,
        Schedule.Exponential,
        Schedule.InverseSquareRoot,
        Schedule.Piecewise,
        Schedule.Step,
        Schedule.Cosine,
        Schedule.Polynomial,
        Schedule.Warmup,
        Schedule.ReduceOnPlateau {
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

  /**
   * The same rate always.
   *
   * @param rate α, positive
   */
  record Constant(double rate) implements Schedule {
    /** Refuses a rate that is not positive. */
    public Constant {
      Require.positive("rate", rate);
    }

    @Override
    public double rate(Progress progress) {
      return rate;
    }
  }

  /**
   * α₀ / (1 + decayRate · e).
   *
   * @param initialRate α₀, positive
   * @param decayRate 0 or more
   * @param per how often it moves
   */
  record InverseTime(double initialRate, double decayRate, Pace per) implements Schedule {
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

  /**
   * α₀ · base^e.
   *
   * @param initialRate α₀, positive
   * @param base in (0, 1]
   * @param per how often it moves
   */
  record Exponential(double initialRate, double base, Pace per) implements Schedule {
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

  /**
   * α₀ · k / √(1 + e): the formula's own epochs count from 1.
   *
   * @param initialRate α₀, positive
   * @param k the factor, positive
   * @param per how often it moves
   */
  record InverseSquareRoot(double initialRate, double k, Pace per) implements Schedule {
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

  /**
   * Rates set by hand: the first until e reaches the first boundary, and so on.
   *
   * @param boundaries epochs, positive and rising; fractions make sense per step
   * @param rates one more than the boundaries, each positive
   * @param per how often it moves
   */
  record Piecewise(List<Double> boundaries, List<Double> rates, Pace per) implements Schedule {
    /** Refuses boundaries that do not rise and another number of rates. */
    public Piecewise {
      boundaries = List.copyOf(boundaries);
      rates = List.copyOf(rates);
      if (rates.size() != boundaries.size() + 1) {
        throw new IllegalArgumentException(
            "rates=%s are not one more than boundaries=%s".formatted(rates, boundaries));
      }
      rates.forEach(rate -> Require.positive("rates", rate));
      double last = 0;
      for (double boundary : boundaries) {
        if (!(boundary > last)) {
          throw new IllegalArgumentException(
              "boundaries=" + boundaries + " are not positive and rising");
        }
        last = boundary;
      }
      Objects.requireNonNull(per, "per");
    }

    /** Returns the schedule that moves between epochs. */
    public static Piecewise of(List<Double> boundaries, List<Double> rates) {
      return new Piecewise(boundaries, rates, Pace.EPOCH);
    }

    @Override
    public double rate(Progress progress) {
      double epochs = progress.epochs(per);
      int passed = 0;
      while (passed < boundaries.size() && epochs >= boundaries.get(passed)) {
        passed++;
      }
      return rates.get(passed);
    }
  }

  /**
   * α₀ · factor^⌊e / everyEpochs⌋.
   *
   * @param initialRate α₀, positive
   * @param everyEpochs the length of a stair, positive; fractions make sense per step
   * @param factor in (0, 1]
   * @param per how often it may move
   */
  record Step(double initialRate, double everyEpochs, double factor, Pace per) implements Schedule {
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

  /**
   * floor + (α₀ − floor) · ½ (1 + cos(π · min(e, n) / n)), n = totalEpochs; {@code floor} from
   * there on. Source: Loshchilov, Hutter 2017, arXiv:1608.03983, without restarts.
   *
   * @param initialRate α₀, positive
   * @param totalEpochs n, at least 1
   * @param floor the last rate, in [0, α₀]
   * @param per how often it moves
   */
  record Cosine(double initialRate, int totalEpochs, double floor, Pace per) implements Schedule {
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

  /**
   * floor + (α₀ − floor) · (1 − min(e, n) / n)^power, n = totalEpochs; {@code floor} from there on.
   *
   * @param initialRate α₀, positive
   * @param totalEpochs n, at least 1
   * @param power positive; 1 is a straight line
   * @param floor the last rate, in [0, α₀]
   * @param per how often it moves
   */
  record Polynomial(double initialRate, int totalEpochs, double power, double floor, Pace per)
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

  /**
   * A rise in equal parts to the first rate of another schedule, which then starts from its own
   * epoch 0: its rate at 0 times (e + 1) / epochs, or (step + 1) / (epochs · stepsPerEpoch) per
   * step; from e = epochs on, its rate at e − epochs.
   *
   * @param epochs the length of the rise, at least 1
   * @param then the schedule that follows
   * @param per how often the rise moves; {@code then} has its own
   */
  record Warmup(int epochs, Schedule then, Pace per) implements Schedule {
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

  /**
   * α₀ · factor^reductions, at least {@code minimumRate}: a rate that falls whenever a watched
   * metric has stopped improving.
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
  record ReduceOnPlateau(
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
}
