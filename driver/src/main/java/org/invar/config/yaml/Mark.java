package org.invar.config.yaml;

import org.jspecify.annotations.Nullable;

/**
 * Where a value was written.
 *
 * @param place for example {@code conf/digits.yaml:12} or {@code --set train.epochs=0}
 * @param line the line, counted from 1; behind every file's for what no file holds
 * @param written a number or boolean as it was spelled; null for other values
 */
public record Mark(String place, int line, @Nullable String written) {
  static final int NO_LINE = Integer.MAX_VALUE;
}
