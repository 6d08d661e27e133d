package org.invar.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.invar.tensor.Float32;

/** The checks that settings share; each message starts with the key and the value. */
final class Require {
  private static final Pattern METRIC = Pattern.compile("(train|dev)[A-Z][A-Za-z0-9]*");

  private Require() {}

  static void atLeast(String key, long least, long value, String reason) {
    check(value >= least, key, value, "a whole number of at least " + least + ". " + reason);
  }

  static void positive(String key, double value) {
    check(value > 0 && Double.isFinite(value), key, value, "a positive finite number");
    check(Float32.holds(value), key, value, Float32.POSITIVE);
  }

  static void notNegative(String key, double value) {
    check(value >= 0 && Double.isFinite(value), key, value, "a finite number of 0 or more");
    check(Float32.holds(value), key, value, Float32.RANGE);
  }

  static void metric(String key, String value) {
    check(
        METRIC.matcher(value).matches(),
        key,
        value,
        "a metric of the training or dev set, such as devLoss or devAccuracy");
  }

  static void distinct(String key, List<String> names) {
    check(
        new LinkedHashSet<>(names).size() == names.size(), key, names, "a list of distinct names");
  }

  static void check(boolean holds, String key, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(key + "=" + value + " is not " + expected);
    }
  }
}
