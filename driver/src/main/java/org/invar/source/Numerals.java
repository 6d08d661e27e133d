package org.invar.source;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as text has them: an optional sign, digits with at most one point, an optional exponent
 * of at most four digits, and nothing else; at most 300 characters, so that no text is costly.
 */
final class Numerals {
  private static final int MOST_CHARACTERS = 300;
  private static final int MOST_EXPONENT_DIGITS = 4;
  private static final int MOST_WHOLE_DIGITS = 18; // What a long holds in any case.
  private static final int MOST_ZEROS = 20;

  private Numerals() {}

  /** Returns whether a text is a number. */
  static boolean matches(String text) {
    if (text.length() > MOST_CHARACTERS) {
      return false;
    }
    int at = sign(text, 0);
    int point = digits(text, at);
    int end = point;
    int count = point - at;
    if (at(text, point) == '.') {
      end = digits(text, point + 1);
      count += end - point - 1;
    }
    if (count == 0) {
      return false;
    }
    if (at(text, end) == 'e' || at(text, end) == 'E') {
      int from = sign(text, end + 1);
      end = digits(text, from);
      if (end == from || end - from > MOST_EXPONENT_DIGITS) {
        return false;
      }
    }
    return end == text.length();
  }

  /** Returns the number nearest to that of a text; NaN for what is none, or not finite. */
  static double parse(String text) {
    double number = matches(text) ? Double.parseDouble(text) : Double.NaN;
    return Double.isFinite(number) ? number : Double.NaN;
  }

  /** Returns whether a number's text is that of a whole one, digits alone, that a long holds. */
  static boolean isWhole(String number) {
    int from = sign(number, 0);
    int end = digits(number, from);
    return end == number.length() && end - from <= MOST_WHOLE_DIGITS;
  }

  /** Returns whether a number's text starts with a zero that numbers do not need, as codes have. */
  static boolean isPadded(String number) {
    int from = sign(number, 0);
    return at(number, from) == '0' && digits(number, from) > from + 1;
  }

  /** Returns a number's value, in which 10, 10.0 and 1e1 are equal; null for what is none. */
  static @Nullable BigDecimal exact(Object value) {
    if (value instanceof Boolean yes) {
      return yes ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    if (value instanceof Integer || value instanceof Long || value instanceof Short) {
      return BigDecimal.valueOf(((Number) value).longValue()).stripTrailingZeros();
    }
    String text = value.toString();
    return matches(text) ? new BigDecimal(text).stripTrailingZeros() : null;
  }

  /** Returns the one text of a number. */
  static String text(BigDecimal exact) {
    boolean plain = Math.abs(exact.scale()) <= MOST_ZEROS;
    return plain ? exact.toPlainString() : exact.toString();
  }

  private static char at(String text, int index) {
    return index < text.length() ? text.charAt(index) : ' ';
  }

  private static int sign(String text, int from) {
    return at(text, from) == '-' || at(text, from) == '+' ? from + 1 : from;
  }

  private static int digits(String text, int from) {
    int end = from;
    while (at(text, end) >= '0' && at(text, end) <= '9') {
      end++;
    }
    return end;
  }
}
