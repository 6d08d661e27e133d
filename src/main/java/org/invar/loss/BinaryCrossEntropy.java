package org.invar.loss;

import org.invar.tensor.Gradients;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy of independent yes-or-no outputs, from logits: −(y log σ(z) + (1 − y) log(1 −
 * σ(z))), averaged over a row's units.
 *
 * <p>Computed as max(z, 0) − z·y + log(1 + e^−|z|), which neither overflows nor loses small values;
 * the gradient is (σ(z) − y) / units. Targets lie in [0, 1], one a unit. Of a sequence, the units
 * of all its own steps count.
 */
public record BinaryCrossEntropy() implements Loss {
  @Override
  public TargetKind targetKind() {
    return TargetKind.YES_OR_NO;
  }

  @Override
  public void check(Type output) {
    // Every unit is a decision of its own, so every shape will do.
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
          double z = output[i];
          double y = share(targets[target++], row);
          double exp = Math.exp(-Math.abs(z));
          loss += Math.max(z, 0) - z * y + Math.log1p(exp);
          output[i] = weight * ((z >= 0 ? 1 : exp) / (1 + exp) - y);
        }
        if (gradient != null) {
          gradient.write(row, step, output);
        }
      }
      sum += weight * loss;
    }
    return sum;
  }

  private static double share(float target, int row) {
    if (!(target >= 0 && target <= 1)) {
      throw new IllegalArgumentException(
          "target " + target + " of row " + row + " is not in [0, 1]");
    }
    return target;
  }
}
