package org.invar.loss;

import org.jspecify.annotations.Nullable;

/** The checks that every loss makes of a batch's arrays. */
final class Rows {
  private Rows() {}

  /** Returns the units of a row of output, 0 for a batch without rows. */
  static int units(double[] output, float[] weights, int rows, double @Nullable [] gradient) {
    if (rows < 0 || (rows == 0 ? output.length > 0 : output.length % rows != 0)) {
      throw new IllegalArgumentException(
          "an output of " + output.length + " values cannot be that of rows=" + rows);
    }
    requireLength("weights", weights.length, rows);
    if (gradient != null) {
      requireLength("gradient", gradient.length, output.length);
    }
    return rows == 0 ? 0 : output.length / rows;
  }

  static void requireLength(String name, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(name + " has " + found + " values, expected " + expected);
    }
  }
}
