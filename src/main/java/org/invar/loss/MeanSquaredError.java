package org.invar.loss;

import org.invar.tensor.Gradients;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
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
  public void check(Type output) {
    // Distances are defined for every shape.
  }

  @Override
  public int targetWidth(Type output) {
    return output.shape().size();
  }

  @Override
  public double sum(Value outputs, float[] targets, float[] weights, @Nullable Gradients gradient) {
    double[] output = new double[outputs.units()];
    Rows.require(outputs, output.length, targets, weights);
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      int steps = outputs.ownSteps(row);
      int target = row * outputs.steps() * output.length;
      double weight = (double) weights[row] / (steps * output.length);
      double loss = 0;
      for (int step = 0; step < steps; step++) {
        outputs.read(row, step, output);
        for (int i = 0; i < output.length; i++) {
          double error = output[i] - targets[target++];
          loss += error * error;
          output[i] = 2 * weight * error;
        }
        if (gradient != null) {
          gradient.write(row, step, output);
        }
      }
      sum += weight * loss;
    }
    return sum;
  }
}
