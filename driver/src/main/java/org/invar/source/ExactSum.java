package org.invar.source;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Arrays;

/**
 * The exact sum of finite float64 values, whatever their order and whoever added which of them.
 *
 * <p>It is a fixed-point number in units of the least float64, 2^−1074, of which the digits that
 * occur are kept, of 32 bits each in a long, so that a billion values need no carry. Source:
 * Kulisch 2013, "Computer Arithmetic and Validity", doi:10.1515/9783110301793.
 */
final class ExactSum implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int LEAST_EXPONENT = -1074;
  private static final int BITS = 32;
  private static final long DIGIT = (1L << BITS) - 1;
  private static final int MANTISSA_BITS = 52;
  private static final int MOST_UNCARRIED = 1 << 30;

  private BigInteger carried = BigInteger.ZERO;
  private long[] digits = {};
  private int first;
  private int uncarried;

  /** Adds a finite value. */
  void add(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> MANTISSA_BITS) & 0x7ff;
    long fraction = bits & ((1L << MANTISSA_BITS) - 1);
    long mantissa = exponent == 0 ? fraction : fraction | (1L << MANTISSA_BITS);
    if (mantissa == 0) {
      return;
    }
    int shift = Math.max(exponent, 1) - 1;
    int offset = shift % BITS;
    long high = mantissa >>> (BITS - offset);
    int at = reach(shift / BITS);
    int sign = bits < 0 ? -1 : 1;
    digits[at] += sign * ((mantissa << offset) & DIGIT);
    digits[at + 1] += sign * (high & DIGIT);
    digits[at + 2] += sign * (high >>> BITS);
    uncarried++;
    if (uncarried == MOST_UNCARRIED) {
      carried = total();
      Arrays.fill(digits, 0);
      uncarried = 0;
    }
  }

  /** Makes room for three digits from one on, and returns the index of the first. */
  private int reach(int digit) {
    int from = digits.length == 0 ? digit : Math.min(first, digit);
    int to = Math.max(digits.length == 0 ? digit : first + digits.length, digit + 3);
    if (to - from > digits.length) {
      long[] more = new long[to - from];
      System.arraycopy(digits, 0, more, digits.length == 0 ? 0 : first - from, digits.length);
      digits = more;
      first = from;
    }
    return digit - first;
  }

  /** Adds the values of another sum. */
  void add(ExactSum other) {
    carried = carried.add(other.total());
  }

  /** Returns the sum in units of 2^−1074. */
  private BigInteger total() {
    BigInteger total = carried;
    for (int i = 0; i < digits.length; i++) {
      total = total.add(BigInteger.valueOf(digits[i]).shiftLeft(BITS * (first + i)));
    }
    return total;
  }

  /**
   * Returns the sum over a number of values, rounded.
   *
   * @param count at least 1
   */
  double mean(long count) {
    BigInteger total = total();
    // Both without the zeros that they end with: most sums are short.
    int zeros = Math.min(Math.max(0, total.getLowestSetBit()), -LEAST_EXPONENT);
    BigInteger divisor = BigInteger.valueOf(count).shiftLeft(-LEAST_EXPONENT - zeros);
    return new BigDecimal(total.shiftRight(zeros))
        .divide(new BigDecimal(divisor), MathContext.DECIMAL128)
        .doubleValue();
  }
}
