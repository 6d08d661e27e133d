package org.invar.source;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.invar.rows.EncodedRow;
import org.invar.rows.RowCodec;
import org.invar.rows.Shipped;

/**
 * The least and the greatest value of each column of some rows' features.
 *
 * @param least one a column; infinity without rows
 * @param greatest one a column; −infinity without rows
 * @param count the values of a column
 */
@SuppressWarnings("ArrayRecordComponent")
record Extremes(double[] least, double[] greatest, long count) implements Serializable {
  /**
   * Looks for them.
   *
   * @param rows encoded
   * @param columns how many: a row's features, or those of a step of its sequence
   */
  static Extremes of(JavaRDD<byte[]> rows, RowCodec codec, int columns) {
    List<Shipped<Extremes>> parts =
        rows.mapPartitions(part -> List.of(Shipped.of(none(columns).with(part, codec))).iterator())
            .collect();
    return parts.stream().map(Shipped::value).reduce(none(columns), Extremes::with);
  }

  private static Extremes none(int columns) {
    double[] least = new double[columns];
    double[] greatest = new double[columns];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
    return new Extremes(least, greatest, 0);
  }

  /** Widens the arrays by rows. */
  private Extremes with(Iterator<byte[]> rows, RowCodec codec) {
    long values = count;
    while (rows.hasNext()) {
      EncodedRow row = codec.decode(rows.next());
      int features = row.count(Preprocessing.FEATURES);
      for (int j = 0; j < features; j++) {
        int column = j % least.length;
        double value = row.get(Preprocessing.FEATURES, j);
        least[column] = Math.min(least[column], value);
        greatest[column] = Math.max(greatest[column], value);
      }
      values += features / least.length;
    }
    return new Extremes(least, greatest, values);
  }

  private Extremes with(Extremes other) {
    for (int column = 0; column < least.length; column++) {
      least[column] = Math.min(least[column], other.least[column]);
      greatest[column] = Math.max(greatest[column], other.greatest[column]);
    }
    return new Extremes(least, greatest, count + other.count);
  }

  /** Returns the greatest size of a column's values. */
  double size(int column) {
    return Math.max(Math.abs(least[column]), Math.abs(greatest[column]));
  }

  /** Returns how far apart a column's values are. */
  double range(int column) {
    return greatest[column] - least[column];
  }
}
