package org.invar.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaRDD;
import org.invar.InvarException;

/**
 * Whether splits by a hash of each row are about as large as they were asked to be: they are not
 * where many rows are equal, since equal rows are in one split.
 */
final class SplitSizes {
  /** Rows that differ are as far from the mean once in 15,000 splits. */
  private static final double FAR = 4;

  private static final String ID =
      "Name a column that tells rows apart (data.id), or give dev and test sources of their own.";

  private SplitSizes() {}

  /** Returns the refusal of a split without rows. */
  static InvarException none(String place, Split split, Tally tally, JavaRDD<Encoded> rows) {
    String expected = "rows for the " + split.label() + " split";
    long all = tally.rows();
    long different = all < 2 ? all : different(place, rows);
    return different == all
        ? InvarException.of(
            place, expected, "none among " + all, "Give more rows, or another fraction or seed.")
        : InvarException.of(
            place,
            expected,
            String.format(
                Locale.ROOT,
                "none: of %,d rows only %,d differ, and equal ones are in one split",
                all,
                different),
            ID);
  }

  /** Returns a sentence on each split that is far from the size that was asked for. */
  static List<String> notes(String place, Tally tally, JavaRDD<Encoded> rows, Splits splits) {
    List<String> notes = new ArrayList<>();
    long all = tally.rows();
    for (Split split : List.of(Split.DEV, Split.TEST)) {
      double part = split == Split.DEV ? splits.dev() : splits.test();
      double deviation = Math.sqrt(all * part * (1 - part));
      if (part > 0 && Math.abs(tally.rows(split) - all * part) > FAR * deviation + 1) {
        notes.add(
            String.format(
                Locale.ROOT,
                "%s: the %s split has %,d of %,d rows, not about %,d: only %,d rows differ, and"
                    + " equal ones are in one split. %s",
                place,
                split.label(),
                tally.rows(split),
                all,
                Math.round(all * part),
                different(place, rows),
                ID));
      }
    }
    return notes;
  }

  /** The number of different rows. */
  private static long different(String place, JavaRDD<Encoded> rows) {
    return SparkFailures.explained(
        place,
        () ->
            rows.filter(row -> row.problem() == null)
                .map(row -> row.identity().high() + " " + row.identity().low())
                .distinct()
                .count());
  }
}
