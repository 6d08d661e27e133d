package org.invar.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.invar.Golden;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;

class LossGoldenTest {
  @Test
  void softmaxCrossEntropy() {
    var golden = Golden.of("loss-softmax-cross-entropy");
    check(SoftmaxCrossEntropy.of(), golden, "logits", "labels");
  }

  @Test
  void weightedAndSmoothed() {
    var golden = Golden.of("loss-softmax-cross-entropy-weighted-smoothed");
    double smoothing = golden.config().get("labelSmoothing").asDouble();
    var loss = new SoftmaxCrossEntropy(smoothing, SoftmaxCrossEntropy.Targets.CLASS_IDS);
    check(loss, golden, "logits", "labels");
  }

  @Test
  void binaryCrossEntropy() {
    var golden = Golden.of("loss-binary-cross-entropy-logits");
    check(new BinaryCrossEntropy(), golden, "logits", "y");
  }

  @Test
  void meanSquaredError() {
    var golden = Golden.of("loss-mean-squared-error");
    check(new MeanSquaredError(), golden, "prediction", "y");
  }

  private static void check(Loss loss, Golden golden, String output, String target) {
    double[] values = golden.values("/inputs/" + output);
    float[] targets = golden.floats("/inputs/" + target);
    int rows = (int) Golden.shape(golden.json().at("/inputs/" + output))[0];
    Value outputs = RawOutputs.of(values.length / rows, rows, values);
    float[] weights = new float[rows];
    Arrays.fill(weights, 1);
    if (golden.json().get("inputs").has("weights")) {
      weights = golden.floats("/inputs/weights");
    }
    double total = 0;
    for (float weight : weights) {
      total += weight;
    }
    double[] gradient = new double[values.length];
    Arrays.fill(gradient, Double.NaN);
    double sum = loss.sum(outputs, targets, weights, RawOutputs.into(outputs, gradient));
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= total;
    }
    double expected = golden.json().get("loss").asDouble();
    assertEquals(expected, sum / total, 1e-6 * expected);
    golden.assertMatches("/gradients/" + output, gradient);
    assertEquals(sum, loss.sum(outputs, targets, weights, null));
  }
}
