package org.invar.source;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.invar.InvarException;
import org.invar.data.Normalization;
import org.invar.rows.EncodedRow;
import org.invar.rows.RowCodec;

/**
 * Mean and variance of every feature over a split, in float64 as it was read, the same bits
 * whatever the order and the partitions of the rows. Of sequences, of every feature of a step, over
 * their own steps.
 *
 * @param means one a column
 * @param variances one a column, the squared deviations' mean (over n, not n − 1); exactly 0 where
 *     all values are equal
 */
record Moments(List<Double> means, List<Double> variances) {
  private static final double MOST = 0x1p960;
  private static final double MOST_APART = 0x1p480;
  private static final double LEAST_APART = 0x1p-480;

  /** What is summed of a value. */
  private interface Term extends Serializable {
    double of(double value, int column);
  }

  /**
   * Fits the moments in three passes: extremes, means, and deviations from them, which do not
   * cancel as squares would.
   *
   * @param place the source, for messages
   * @param preprocessing names the features
   * @param rows of the training split, encoded
   * @throws InvarException when a column's squares leave float64
   */
  static Moments of(String place, Preprocessing preprocessing, JavaRDD<byte[]> rows) {
    RowCodec codec = new RowCodec(preprocessing.layout());
    int columns = preprocessing.columns();
    Extremes extremes = Extremes.of(rows, codec, columns);
    double[] sizes = new double[columns];
    double[] squares = new double[columns];
    for (int column = 0; column < columns; column++) {
      double range = extremes.range(column);
      boolean apart = range >= LEAST_APART && range <= MOST_APART;
      sizes[column] = extremes.size(column);
      squares[column] = range * range;
      if (sizes[column] > MOST || (range > 0 && !apart)) {
        throw InvarException.of(
            place + ", column " + preprocessing.column(column),
            "numbers that can be standardized: all equal, or 1e-144 to 1e144 apart",
            extremes.least()[column] + " to " + extremes.greatest()[column],
            "Correct the column, leave it out, or set standardize: false.");
      }
    }
    long count = extremes.count();
    double[] means = sums(rows, codec, sizes, count, (value, column) -> value);
    for (int column = 0; column < columns; column++) {
      double mean = means[column] / count;
      // Rounding may not take a mean out of its values: equal ones deviate by exactly 0.
      means[column] =
          Math.min(Math.max(mean, extremes.least()[column]), extremes.greatest()[column]);
    }
    double[] variances =
        sums(
            rows,
            codec,
            squares,
            count,
            (value, column) -> (value - means[column]) * (value - means[column]));
    return new Moments(boxed(means, 1), boxed(variances, (double) count));
  }

  private static double[] sums(
      JavaRDD<byte[]> rows, RowCodec codec, double[] bounds, long count, Term term) {
    OrderFreeSums all = new OrderFreeSums(bounds, count);
    rows.mapPartitions(
            part -> {
              var sums = new OrderFreeSums(bounds, count);
              while (part.hasNext()) {
                EncodedRow row = codec.decode(part.next());
                int features = row.count(Preprocessing.FEATURES);
                for (int j = 0; j < features; j++) {
                  int column = j % bounds.length;
                  sums.add(column, term.of(row.get(Preprocessing.FEATURES, j), column));
                }
              }
              return List.<double[][]>of(sums.parts()).iterator();
            })
        .collect()
        .forEach(all::merge);
    return all.totals();
  }

  /**
   * Returns whether all numbers of rows that were encoded before the moments were known fit beside
   * them.
   *
   * @param preprocessing with the moments
   * @param rows of the other splits, encoded
   */
  static boolean hold(Preprocessing preprocessing, JavaRDD<byte[]> rows) {
    int columns = preprocessing.columns();
    Extremes extremes = Extremes.of(rows, new RowCodec(preprocessing.layout()), columns);
    Normalization normalization = preprocessing.normalization();
    for (int column = 0; column < columns && extremes.count() > 0; column++) {
      if (!normalization.holds(extremes.least()[column], column)
          || !normalization.holds(extremes.greatest()[column], column)) {
        return false;
      }
    }
    return true;
  }

  private static List<Double> boxed(double[] values, double divisor) {
    return Arrays.stream(values).map(value -> value / divisor).boxed().toList();
  }
}
