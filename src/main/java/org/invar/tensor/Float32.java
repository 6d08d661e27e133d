package org.invar.tensor;

/**
 * The range of float32, in which networks compute: what it would turn into 0 or infinity, or keep a
 * few bits of, is refused before it gets there.
 */
public final class Float32 {
  /** The numbers that {@link #holds} takes, for messages. */
  public static final String RANGE = "0, or of a size from 1.2e-38 to 3.4e38, as float32 has it";

  /** The numbers above 0 that {@link #holds} takes, for messages. */
  public static final String POSITIVE =
      "a positive number from 1.2e-38 to 3.4e38, as float32 has it";

  private Float32() {}

  /**
   * Returns whether float32 has a number to 24 bits: 0, and what rounds to a normal number; NaN and
   * infinities it has not.
   */
  public static boolean holds(double value) {
    float rounded = (float) value;
    return value == 0 || (Float.isFinite(rounded) && Math.abs(rounded) >= Float.MIN_NORMAL);
  }
}
