package org.invar.loss;

import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The squared distance between output and target, averaged over a row's units: (1/k) Σⱼ (ŷⱼ − yⱼ)².
 * The gradient is 2 (ŷ − y) / k. Of a sequence, k counts the units of all its own steps.
 */
public record MeanSquaredError() implements Loss {
  @Override
  public TargetKind targetKind() {
    return TargetKind.NUMBERS;
  }

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
      Outputs outputs, float[] targets, float[] weights, double @Nullable [] gradient) {
    double[] output = outputs.values();
    Rows.begin(outputs, outputs.shape().size(), targets, weights, gradient);
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      int from = outputs.from(row);
      int to = outputs.to(row);
      double weight = (double) weights[row] / (to - from);
      double loss = 0;
      for (int i = from; i < to; i++) {
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
