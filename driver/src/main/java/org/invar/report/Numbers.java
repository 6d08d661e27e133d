package org.invar.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** How numbers are written for people, the same in every locale. */
public final class Numbers {
  private static final MathContext RATE_DIGITS = new MathContext(3);
  private static final String[] BYTE_UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private Numbers() {}

  /** Returns a whole number with thousands grouped: {@code 61,706}. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Returns for example {@code 1 shard} or {@code 16 shards}. */
  static String count(long value, String unit) {
    return count(value) + " " + unit + (value == 1 ? "" : "s");
  }

  /**
   * Returns a loss or a score: four decimals, or an exponent where those would say little; {@code
   * n/a} for NaN, a score that the rows leave undefined.
   */
  public static String score(double value) {
    if (Double.isNaN(value)) {
      return "n/a";
    }
    double size = Math.abs(value);
    boolean plain = size == 0 || (size >= 1e-3 && size < 1e5) || !Double.isFinite(value);
    return String.format(Locale.ROOT, plain ? "%.4f" : "%.3e", value);
  }

  /** Returns a learning rate with at most three digits: {@code 0.001}, {@code 0.000903}. */
  static String rate(double value) {
    if (value == 0 || (Math.abs(value) >= 1e-5 && Double.isFinite(value))) {
      return BigDecimal.valueOf(value).round(RATE_DIGITS).stripTrailingZeros().toPlainString();
    }
    return String.format(Locale.ROOT, "%.2e", value);
  }

  /** Returns a whole number of a unit a second: {@code 4,213}. */
  static String perSecond(double value) {
    return Double.isFinite(value) ? count(Math.round(value)) : "-";
  }

  /** Returns seconds with one decimal. */
  static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }

  /** Returns a time as on a clock: {@code 0:04}, {@code 12:30}, {@code 1:02:03}. */
  public static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  /** Returns bytes in the largest unit of which there is at least one: {@code 241.0 KiB}. */
  static String bytes(long bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, BYTE_UNITS[unit]);
  }
}
