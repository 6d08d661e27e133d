package org.invar.storage;

/**
 * Elements [{@code from}, {@code to}) of a long vector, standing in an array; not a copy.
 *
 * @param values the array
 * @param at where in the array the first of the elements stands
 * @param from the first element's place in the vector
 * @param to the place behind the last element; {@code from} for an empty span
 */
@SuppressWarnings("ArrayRecordComponent") // Copies of gigabytes would buy nothing.
public record Span(float[] values, int at, int from, int to) {
  /** Refuses elements that the array does not have. */
  public Span {
    if (from < 0 || to < from || at < 0 || (long) at + to - from > values.length) {
      throw new IllegalArgumentException(
          "elements ["
              + from
              + ", "
              + to
              + ") do not stand in an array of length "
              + values.length
              + " from "
              + at
              + " on");
    }
  }

  /** Returns a whole vector. */
  public static Span of(float[] vector) {
    return new Span(vector, 0, 0, vector.length);
  }

  /** Returns an array that holds a part of a vector, {@code from} on, and nothing else. */
  public static Span part(float[] part, int from) {
    return new Span(part, 0, from, Math.addExact(from, part.length));
  }

  /** Returns the part [{@code from}, {@code to}) of an array that holds a whole vector. */
  public static Span within(float[] vector, int from, int to) {
    return new Span(vector, from, from, to);
  }

  /** Returns the number of elements. */
  public int length() {
    return to - from;
  }
}
