package org.invar.source;

import java.util.Arrays;

/**
 * Float64 sums of columns, whose bits do not depend on the order of the values or on who added
 * which of them.
 *
 * <p>A value is cut into three parts, multiples of units that are so coarse that no addition of
 * parts rounds; what is left is below 2^−90 of the greatest for a million values, 2^−60 for a
 * billion. Source: Demmel, Nguyen 2013, "Fast reproducible floating-point summation",
 * doi:10.1109/ARITH.2013.9.
 */
final class OrderFreeSums {
  private static final int PARTS = 3;

  private final double[][] anchors;
  private final double[][] sums;

  /**
   * Makes sums of no values.
   *
   * @param bounds the greatest size of a value of each column, below 2^980
   * @param count at least the number of values of a column, below 2^40
   */
  OrderFreeSums(double[] bounds, long count) {
    anchors = new double[PARTS][bounds.length];
    sums = new double[PARTS][bounds.length];
    int bits = Long.SIZE - Long.numberOfLeadingZeros(count);
    for (int column = 0; column < bounds.length; column++) {
      int exponent = Math.getExponent(bounds[column]) + 1 + bits;
      for (int part = 0; part < PARTS; part++) {
        // x + anchor − anchor is x to the next multiple of the anchor's last bit.
        anchors[part][column] = Math.scalb(1.5, exponent);
        exponent += bits - 53;
      }
    }
  }

  /** Adds a value to a column. */
  void add(int column, double value) {
    double rest = value;
    for (int part = 0; part < PARTS; part++) {
      double anchor = anchors[part][column];
      double taken = rest + anchor - anchor;
      sums[part][column] += taken;
      rest -= taken;
    }
  }

  /** Returns the parts of the sums, by part and column, to be added to others by {@link #merge}. */
  double[][] parts() {
    return sums;
  }

  /** Adds the parts of other sums, made with the same bounds and count. */
  void merge(double[][] parts) {
    for (int part = 0; part < PARTS; part++) {
      for (int column = 0; column < parts[part].length; column++) {
        sums[part][column] += parts[part][column];
      }
    }
  }

  /** Returns the sum of each column. */
  double[] totals() {
    double[] totals = new double[sums[0].length];
    Arrays.setAll(totals, column -> sums[0][column] + (sums[1][column] + sums[2][column]));
    return totals;
  }
}
