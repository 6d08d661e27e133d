package org.invar.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.invar.loss.Rows;
import org.invar.tensor.Value;

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
  public void add(double[] sums, int offset, Value outputs, float[] targets) {
    double[] output = new double[outputs.units()];
    Rows.requireTargets(outputs, output.length, targets);
    long count = 0;
    double sum = 0;
    double squares = 0;
    double squaredErrors = 0;
    double absoluteErrors = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      int at = row * outputs.steps() * output.length;
      for (int step = 0; step < outputs.ownSteps(row); step++) {
        outputs.read(row, step, output);
        for (double predicted : output) {
          double target = targets[at++];
          double error = target - predicted;
          sum += target;
          squares += target * target;
          squaredErrors += error * error;
          absoluteErrors += Math.abs(error);
        }
      }
      count += (long) outputs.ownSteps(row) * output.length;
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
