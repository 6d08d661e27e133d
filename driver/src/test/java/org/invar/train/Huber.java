package org.invar.train;

import org.invar.loss.Loss;
import org.invar.loss.Outputs;
import org.invar.loss.TargetKind;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** A loss of one's own: ½e² near 0 and |e| − ½ elsewhere, the mean over a row's units. */
public record Huber() implements Loss {
  @Override
  public TargetKind targetKind() {
    return TargetKind.NUMBERS;
  }

  @Override
  public void check(Shape output) {
    // Any shape.
  }

  @Override
  public int targetWidth(Shape output) {
    return output.size();
  }

  @Override
  public double sum(
      Outputs outputs, float[] targets, float[] weights, double @Nullable [] gradient) {
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      double weight = (double) weights[row] / (outputs.to(row) - outputs.from(row));
      for (int i = outputs.from(row); i < outputs.to(row); i++) {
        double error = outputs.values()[i] - targets[i];
        double size = Math.abs(error);
        sum += weight * (size < 1 ? 0.5 * error * error : size - 0.5);
        if (gradient != null) {
          gradient[i] = weight * Math.max(-1, Math.min(1, error));
        }
      }
    }
    return sum;
  }
}
