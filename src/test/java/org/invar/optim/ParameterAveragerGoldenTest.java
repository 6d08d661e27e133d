package org.invar.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.invar.Golden;
import org.invar.loss.RawOutputs;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;

class ParameterAveragerGoldenTest {
  private static final int ROWS = 6;
  private static final int INPUTS = 5;
  private static final int CLASSES = 4;

  @Test
  void l2() {
    var golden = Golden.of("loss-l2");
    double[] x = golden.values("/inputs/x");
    float[] flat = new float[(INPUTS + 1) * CLASSES];
    System.arraycopy(golden.floats("/inputs/w"), 0, flat, 0, INPUTS * CLASSES);
    System.arraycopy(golden.floats("/inputs/b"), 0, flat, INPUTS * CLASSES, CLASSES);
    var layout =
        Layout.of(
            List.of(
                Layout.Spec.decayed("w", Shape.of(INPUTS, CLASSES), new Initializer.Zeros()),
                Layout.Spec.plain("b", Shape.of(CLASSES), new Initializer.Zeros())));
    double lambda = golden.config().get("lambda").asDouble();
    var rule = UpdateRule.of(new Sgd(), lambda, Clipping.of());
    var averager = ParameterAverager.of(layout, rule);

    double[] dz = new double[ROWS * CLASSES];
    float[] ones = new float[ROWS];
    Arrays.fill(ones, 1);
    float[] labels = golden.floats("/inputs/labels");
    Value outputs = RawOutputs.of(CLASSES, ROWS, logits(x, flat));
    double loss = SoftmaxCrossEntropy.of().sum(outputs, labels, ones, RawOutputs.into(outputs, dz));
    double cost = loss / ROWS + L2.cost(layout, flat, rule, ROWS);
    double expected = golden.json().get("loss").asDouble();
    assertEquals(expected, cost, 1e-6 * expected);

    float[] updated = flat.clone();
    averager.step(updated, gradientSum(x, dz), ROWS, 1);
    double[] gradient = new double[flat.length];
    for (int i = 0; i < flat.length; i++) {
      gradient[i] = (double) flat[i] - updated[i];
    }
    golden.assertMatches("/gradients/w", Arrays.copyOf(gradient, INPUTS * CLASSES));
    golden.assertMatches(
        "/gradients/b", Arrays.copyOfRange(gradient, INPUTS * CLASSES, flat.length));
  }

  private static double[] logits(double[] x, float[] flat) {
    double[] z = new double[ROWS * CLASSES];
    for (int row = 0; row < ROWS; row++) {
      for (int c = 0; c < CLASSES; c++) {
        double sum = flat[INPUTS * CLASSES + c];
        for (int i = 0; i < INPUTS; i++) {
          sum += x[row * INPUTS + i] * flat[i * CLASSES + c];
        }
        z[row * CLASSES + c] = sum;
      }
    }
    return z;
  }

  private static float[] gradientSum(double[] x, double[] dz) {
    float[] gradient = new float[(INPUTS + 1) * CLASSES];
    for (int row = 0; row < ROWS; row++) {
      for (int c = 0; c < CLASSES; c++) {
        double d = dz[row * CLASSES + c];
        gradient[INPUTS * CLASSES + c] += (float) d;
        for (int i = 0; i < INPUTS; i++) {
          gradient[i * CLASSES + c] += (float) (x[row * INPUTS + i] * d);
        }
      }
    }
    return gradient;
  }
}
