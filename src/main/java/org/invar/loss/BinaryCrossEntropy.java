package org.invar.loss;

import org.invar.tensor.Shape;
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
  public void check(Shape output) {
    // Every unit is a decision of its own, so every shape will do.
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
        double z = output[i];
        double y = targets[i];
        if (!(y >= 0 && y <= 1)) {
          throw new IllegalArgumentException(
              "target " + targets[i] + " of row " + row + " is not in [0, 1]");
        }
        double exp = Math.exp(-Math.abs(z));
        loss += Math.max(z, 0) - z * y + Math.log1p(exp);
        if (gradient != null) {
          gradient[i] = weight * ((z >= 0 ? 1 : exp) / (1 + exp) - y);
        }
      }
      sum += weight * loss;
    }
    return sum;
  }
}
