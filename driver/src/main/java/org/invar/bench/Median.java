package org.invar.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle of measured values. */
final class Median {
  private Median() {}

  /** Returns the median; of an even number of values the mean of the middle two. */
  static double of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** Returns the median of a part of every item. */
  static <T> double of(List<T> items, ToDoubleFunction<T> part) {
    return of(items.stream().mapToDouble(part).toArray());
  }
}
