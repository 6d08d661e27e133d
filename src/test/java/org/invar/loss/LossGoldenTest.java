package org.invar.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LossGoldenTest {
  @Test
  void softmaxCrossEntropy() {
    JsonNode golden = Golden.read("loss-softmax-cross-entropy");
    check(SoftmaxCrossEntropy.of(), golden, "logits", "labels");
  }

  @Test
  void weightedAndSmoothed() {
    JsonNode golden = Golden.read("loss-softmax-cross-entropy-weighted-smoothed");
    double smoothing = golden.get("config").get("labelSmoothing").asDouble();
    var loss = new SoftmaxCrossEntropy(smoothing, SoftmaxCrossEntropy.Targets.CLASS_IDS);
    check(loss, golden, "logits", "labels");
  }

  @Test
  void binaryCrossEntropy() {
    JsonNode golden = Golden.read("loss-binary-cross-entropy-logits");
    check(new BinaryCrossEntropy(), golden, "logits", "y");
  }

  @Test
  void meanSquaredError() {
    JsonNode golden = Golden.read("loss-mean-squared-error");
    check(new MeanSquaredError(), golden, "prediction", "y");
  }

  private static void check(Loss loss, JsonNode golden, String output, String target) {
    JsonNode inputs = golden.get("inputs");
    double[] outputs = Golden.doubles(inputs.get(output));
    float[] targets = Golden.floats(inputs.get(target));
    int rows = inputs.get(output).get("shape").get(0).asInt();
    float[] weights = new float[rows];
    Arrays.fill(weights, 1);
    if (inputs.has("weights")) {
      weights = Golden.floats(inputs.get("weights"));
    }
    double total = 0;
    for (float weight : weights) {
      total += weight;
    }
    double[] gradient = new double[outputs.length];
    Arrays.fill(gradient, Double.NaN);
    double sum = loss.sum(outputs, targets, weights, rows, gradient);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= total;
    }
    double expected = golden.get("loss").asDouble();
    assertEquals(expected, sum / total, 1e-6 * expected);
    Golden.assertClose(Golden.doubles(golden.get("gradients").get(output)), gradient, "gradient");
    assertEquals(sum, loss.sum(outputs, targets, weights, rows, null));
  }
}
