package org.invar.search.space;

/**
 * An interval of numbers.
 *
 * @param from its lower end
 * @param to its upper end, above the lower one
 */
public record Range(double from, double to) {
  /** Refuses what is no interval. */
  public Range {
    if (!Double.isFinite(from) || !Double.isFinite(to) || from >= to) {
      throw new IllegalArgumentException(
          "to=" + to + " is not a finite number above from, which is " + from);
    }
    if (!Double.isFinite(to - from)) {
      throw new IllegalArgumentException(
          "to=" + to + " is not so near to from, " + from + ", that a number holds the distance");
    }
  }

  /** Returns the nearest number of the interval. */
  double clamp(double value) {
    return Math.max(from, Math.min(to, value));
  }
}
