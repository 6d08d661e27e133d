package org.invar.search.space;

/**
 * Some consecutive whole numbers.
 *
 * @param from the least
 * @param to the greatest, at least as great
 */
public record IntRange(int from, int to) {
  /** Refuses a range without numbers. */
  public IntRange {
    if (from > to) {
      throw new IllegalArgumentException(
          "to=" + to + " is not a whole number of at least from, which is " + from);
    }
  }

  /** Returns how many numbers there are. */
  long count() {
    return (long) to - from + 1;
  }
}
