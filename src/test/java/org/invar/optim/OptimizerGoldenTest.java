package org.invar.optim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;
import org.invar.Golden;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerGoldenTest {
  static Stream<String> files() {
    return Stream.of(
        "optim-sgd",
        "optim-sgd-clipped",
        "optim-momentum",
        "optim-rmsprop",
        "optim-adam",
        "optim-adamw");
  }

  private static Optimizer optimizer(JsonNode config) {
    return switch (config.get("optimizer").asText()) {
      case "sgd" -> new Sgd();
      case "momentum" -> new Momentum(config.get("beta").asDouble(), false);
      case "rmsprop" ->
          new RmsProp(config.get("beta2").asDouble(), config.get("epsilon").asDouble());
      case "adam" -> adam(config);
      case "adamW" -> {
        Adam adam = adam(config);
        double decay = config.get("weightDecay").asDouble();
        yield new AdamW(adam.beta1(), adam.beta2(), adam.epsilon(), decay);
      }
      default -> throw new IllegalArgumentException(config.toString());
    };
  }

  private static Adam adam(JsonNode config) {
    return new Adam(
        config.get("beta1").asDouble(),
        config.get("beta2").asDouble(),
        config.get("epsilon").asDouble());
  }

  @ParameterizedTest
  @MethodSource("files")
  void trajectory(String file) {
    var golden = Golden.of(file);
    JsonNode config = golden.config();
    float[] start = golden.floats("/parameters");
    double bound = config.path("clipNorm").asDouble(Double.POSITIVE_INFINITY);
    var layout =
        Layout.of(
            List.of(
                Layout.Spec.decayed("kernel", Shape.of(start.length), new Initializer.Zeros())));
    var averager =
        ParameterAverager.of(
            layout,
            UpdateRule.of(optimizer(config), 0, new Clipping(bound, Double.POSITIVE_INFINITY)));
    float[] parameters = start.clone();
    double rate = config.get("learningRate").asDouble();
    for (int t = 0; t < golden.json().get("gradients").size(); t++) {
      float[] gradient = golden.floats("/gradients/" + t);
      double[] blocks = new double[1];
      averager.blockSquaredNorms(parameters, gradient, 1, blocks);
      averager.step(parameters, gradient, 1, rate, Math.sqrt(ParameterAverager.sumBlocks(blocks)));
      golden.assertMatches("/trajectory/" + t, parameters);
    }
  }
}
