package org.invar.bench;

import java.util.List;
import org.invar.gang.ExchangeProbe.Pace;

/**
 * What {@link ExchangeBench} measures.
 *
 * @param floats the lengths of vectors
 * @param workers the sizes of gangs
 * @param pace how many steps
 */
public record ExchangeSettings(List<Integer> floats, List<Integer> workers, Pace pace) {
  private static final double SECONDS = 2;
  private static final int FEWEST = 5;
  private static final int MOST = 20_000;

  /** A step of the driver exchange takes so long that fewer do. */
  private static final int FEWEST_DRIVER = 3;

  private static final int MOST_DRIVER = 30;

  /** Takes copies, and refuses what cannot be measured. */
  public ExchangeSettings {
    floats = List.copyOf(floats);
    workers = List.copyOf(workers);
    positive("floats", floats);
    positive("workers", workers);
  }

  private static void positive(String name, List<Integer> values) {
    for (int value : values) {
      if (value < 1) {
        throw new IllegalArgumentException(name + "=" + value + " is not positive");
      }
    }
    if (values.isEmpty() || values.stream().distinct().count() < values.size()) {
      throw new IllegalArgumentException(name + "=" + values + " are not one or more that differ");
    }
  }

  /** Returns settings under which steps are taken for two seconds each. */
  public static ExchangeSettings of(List<Integer> floats, List<Integer> workers) {
    return new ExchangeSettings(floats, workers, new Pace(SECONDS, FEWEST, MOST));
  }

  /** Returns these settings with a fixed number of steps. */
  public ExchangeSettings steps(int steps) {
    positive("steps", List.of(steps));
    return new ExchangeSettings(floats, workers, new Pace(0, steps, steps));
  }

  /** Returns how many steps of the driver exchange to take. */
  Pace driverPace() {
    return new Pace(
        pace.seconds(), Math.min(FEWEST_DRIVER, pace.fewest()), Math.min(MOST_DRIVER, pace.most()));
  }
}
