package org.invar.train;

import org.invar.loss.Loss;
import org.invar.loss.TargetKind;
import org.invar.tensor.Gradients;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;

/** A loss of one's own: ½e² near 0 and |e| − ½ elsewhere, the mean over a row's units. */
public record Huber() implements Loss {
  @Override
  public TargetKind targetKind() {
    return TargetKind.NUMBERS;
  }

  @Override
  public void check(Type output) {
    // Any shape.
  }

  @Override
  public int targetWidth(Type output) {
    return output.shape().size();
  }

  @Override
  public double sum(Value outputs, float[] targets, float[] weights, @Nullable Gradients gradient) {
    double[] output = new double[outputs.units()];
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      int target = row * outputs.steps() * output.length;
      double weight = (double) weights[row] / (outputs.ownSteps(row) * output.length);
      for (int step = 0; step < outputs.ownSteps(row); step++) {
        outputs.read(row, step, output);
        for (int i = 0; i < output.length; i++) {
          double error = output[i] - targets[target++];
          double size = Math.abs(error);
          sum += weight * (size < 1 ? 0.5 * error * error : size - 0.5);
          output[i] = weight * Math.max(-1, Math.min(1, error));
        }
        if (gradient != null) {
          gradient.write(row, step, output);
        }
      }
    }
    return sum;
  }
}
