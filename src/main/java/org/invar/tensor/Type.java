package org.invar.tensor;

import java.io.Serializable;
import java.util.Locale;

/**
 * What is known of the values between two layers before there are any. That a tensor is a sequence
 * is said here, and follows from no shape.
 *
 * @param shape of one example; of a sequence (time, features), with time for the longest row
 * @param time whether its first axis is time, and of which kind
 */
public record Type(Shape shape, Time time) implements Serializable {
  /** Refuses whole sequences that are not (time, features), and ragged ones of a single axis. */
  public Type {
    if (!time.fits(shape.rank())) {
      throw new IllegalArgumentException(
          "expected a sequence (time, features), found shape " + shape);
    }
  }

  /** Returns the type of tensors that are no sequences. */
  public static Type of(Shape shape) {
    return new Type(shape, Time.NONE);
  }

  /** Returns the type of sequences that are whole. */
  public static Type sequence(int steps, int features) {
    return new Type(Shape.of(steps, features), Time.FIXED);
  }

  /** Returns whether it is a sequence (time, features). */
  public boolean sequence() {
    return time != Time.NONE && shape.rank() == 2;
  }

  /**
   * Returns the type of what a layer makes, in that shape, of tensors of this type. Lengths stay
   * while the first axis does; where it does not, no later shape brings them back ({@link
   * Time#MIXED}).
   */
  public Type withShape(Shape made) {
    boolean sameFirst = time == Time.RAGGED && made.rank() > 0 && made.get(0) == shape.get(0);
    return new Type(made, time.made(made.rank(), sameFirst));
  }

  /** Returns for example {@code 28×28×1}, or {@code 28×28 (fixed)} for a sequence. */
  @Override
  public String toString() {
    return time == Time.NONE
        ? shape.toString()
        : shape + " (" + time.name().toLowerCase(Locale.ROOT) + ")";
  }
}
