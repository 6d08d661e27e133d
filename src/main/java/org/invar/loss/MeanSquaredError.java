package org.invar.loss;

import org.invar.param.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The squared distance between output and target, averaged over a row's units: (1/k) Σⱼ (ŷⱼ − yⱼ)².
 * The gradient is 2 (ŷ − y) / k.
 */
public record MeanSquaredError() implements Loss {
  @Override
  public void check(Shape output) {
    // Distances are defined for every shape.
  }

  @Override
  public int targetWidth(Shape output) {
    return output.size();
  }

  @Override
  public double sum(
      double[] output, float[] targets, float[] weights, int rows, double @Nullable [] gradient) {
    int units = Rows.units(output, weights, rows, gradient);
    Rows.requireLength("targets", targets.length, output.length);
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      double weight = (double) weights[row] / units;
      double loss = 0;
      for (int i = row * units; i < (row + 1) * units; i++) {
        double error = output[i] - targets[i];
        loss += error * error;
        if (gradient != null) {
          gradient[i] = 2 * weight * error;
        }
      }
      sum += weight * loss;
    }
    return sum;
  }
}
