package org.invar.optim.schedule;

import java.util.List;
import java.util.Objects;
import org.invar.optim.Require;

/**
 * Rates set by hand: the first until e reaches the first boundary, and so on.
 *
 * @param boundaries epochs, positive and rising; fractions make sense per step
 * @param rates one more than the boundaries, each positive
 * @param per how often it moves
 */
public record Piecewise(List<Double> boundaries, List<Double> rates, Pace per) implements Schedule {
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
