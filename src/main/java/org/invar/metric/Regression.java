package org.invar.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.invar.loss.Outputs;

/**
 * Scores of outputs that are quantities, over all units of all rows: rmse = √(Σ(y − ŷ)² / n), mae =
 * Σ|y − ŷ| / n, and r2 = 1 − Σ(y − ŷ)² / Σ(y − ȳ)².
 *
 * <p>The sums are n, Σy, Σy², Σ(y − ŷ)² and Σ|y − ŷ|. r2 is NaN for constant targets: for those
 * whose variance is below 2⁻⁴⁰ of their mean square, where it cannot be told from rounding.
 */
public record Regression() implements Metric {
  private static final double ROUNDING = 0x1p-40;

  @Override
  public int width() {
    return 5;
  }

  @Override
  public void add(double[] sums, int offset, Outputs outputs, float[] targets) {
    Outputs.requireLength("targets", targets.length, outputs.values().length);
    long count = 0;
    double sum = 0;
    double squares = 0;
    double squaredErrors = 0;
    double absoluteErrors = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      int from = outputs.from(row);
      int to = outputs.to(row);
      for (int i = from; i < to; i++) {
        double target = targets[i];
        double error = target - outputs.values()[i];
        sum += target;
        squares += target * target;
        squaredErrors += error * error;
        absoluteErrors += Math.abs(error);
      }
      count += to - from;
    }
    sums[offset] += count;
    sums[offset + 1] += sum;
    sums[offset + 2] += squares;
    sums[offset + 3] += squaredErrors;
    sums[offset + 4] += absoluteErrors;
  }

  @Override
  public Map<String, Double> values(double[] sums, int offset) {
    double count = sums[offset];
    double squares = sums[offset + 2];
    double squaredErrors = sums[offset + 3];
    double variation = squares - sums[offset + 1] * sums[offset + 1] / count;
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("rmse", Math.sqrt(squaredErrors / count));
    values.put("mae", sums[offset + 4] / count);
    values.put("r2", variation > ROUNDING * squares ? 1 - squaredErrors / variation : Double.NaN);
    return Collections.unmodifiableMap(values);
  }
}
