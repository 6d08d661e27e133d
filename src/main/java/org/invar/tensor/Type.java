package org.invar.tensor;

import java.io.Serializable;
import java.util.Locale;

/**
 * What is known of the values between two layers before there are any. That a tensor is a sequence
 * is said here, and follows from no shape.
 *
 * @param shape of one example; of a sequence (time, features), with time for the longest row
 * @param time whether it is a sequence, and of which kind
 */
public record Type(Shape shape, Time time) implements Serializable {
  /** Refuses sequences that are not (time, features). */
  public Type {
    if (time != Time.NONE && shape.rank() != 2) {
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

  /** Returns whether it is a sequence. */
  public boolean sequence() {
    return time != Time.NONE;
  }

  /**
   * Returns the type of what a layer makes, in that shape, of tensors of this type: of a sequence
   * another one, whose lengths stay while the number of steps does.
   */
  public Type withShape(Shape made) {
    return new Type(made, time.made(!sequence() || made.get(0) == shape.get(0)));
  }

  /** Returns for example {@code 28×28×1}, or {@code 28×28 (fixed)} for a sequence. */
  @Override
  public String toString() {
    return sequence()
        ? shape + " (" + time.name().toLowerCase(Locale.ROOT) + ")"
        : shape.toString();
  }
}
