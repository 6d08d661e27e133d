package org.invar.optim;

import org.invar.tensor.Float32;

/** The checks that hyperparameters share; each message carries the name and the value. */
public final class Require {
  private Require() {}

  /** What float32 would turn into 0 or infinity is neither. */
  public static void positive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + "=" + value + " is not a positive finite number");
    }
    if (!Float32.holds(value)) {
      throw new IllegalArgumentException(name + "=" + value + " is not " + Float32.POSITIVE);
    }
  }

  /** A finite number of 0 or more. */
  public static void notNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not a finite number of 0 or more");
    }
  }

  /** As {@link #notNegative}, of what float32 computes with. */
  static void float32(String name, double value) {
    notNegative(name, value);
    if (!Float32.holds(value)) {
      throw new IllegalArgumentException(name + "=" + value + " is not " + Float32.RANGE);
    }
  }

  /** A decay rate of moments: 1 would never take in a gradient. */
  static void fraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + "=" + value + " is not in [0, 1)");
    }
    if (!Float32.holds(value) || (float) value == 1) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not in [0, 1) once float32 has rounded it");
    }
  }

  /** A factor of decay: it may keep the rate but not raise it. */
  public static void factor(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(name + "=" + value + " is not in (0, 1]");
    }
  }

  /** A lowest rate: not above the highest. */
  public static void floor(String name, double value, double initialRate) {
    if (!(value >= 0 && value <= initialRate)) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not in [0, initialRate=" + initialRate + "]");
    }
  }

  /** The term that keeps a quotient finite; one that float32 rounds to 0 would not. */
  static void epsilon(double value) {
    if (!(value > 0 && Float32.holds(value))) {
      throw new IllegalArgumentException("epsilon=" + value + " is not a positive float32 number");
    }
  }

  /** A count that is not below the least. */
  public static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + "=" + value + " is not at least " + least);
    }
  }

  static void length(String name, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "%s of length %d, expected %d".formatted(name, found, expected));
    }
  }
}
