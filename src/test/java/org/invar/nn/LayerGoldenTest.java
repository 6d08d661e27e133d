package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.invar.Golden;
import org.invar.kernel.Activation;
import org.invar.kernel.Kernels;
import org.invar.kernel.Window.Padding;
import org.invar.optim.RunningState;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every layer's output and gradients against PyTorch's, in float32. */
@Tag("kernels")
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class LayerGoldenTest {
  @Parameter Kernels kernels;

  @ParameterizedTest
  @ValueSource(strings = {"identity", "leakyRelu", "relu", "sigmoid", "softmax", "tanh"})
  void dense(String activation) {
    var layer = Dense.of(5).withActivation(activation(activation));
    check("dense-" + activation, layer, Map.of("kernel", "w", "bias", "b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv2d-8x8x3-to4-k3-s1-same",
        "conv2d-8x8x3-to4-k3-s1-valid",
        "conv2d-9x7x2-to5-k3-s2-same",
        "conv2d-9x7x2-to5-k3-s2-valid",
        "conv2d-10x10x3-to4-k4-s1-same",
        "conv2d-10x10x3-to4-k4-s1-valid",
        "conv2d-8x8x3-to4-k3-s2-same",
        "conv2d-12x12x1-to6-k5-s1-valid",
        "conv2d-11x11x3-to2-k1-s1-valid",
        "conv2d-15x15x3-to2-k11-s4-valid"
      })
  void conv2d(String name) {
    JsonNode config = Golden.of(name).config();
    var layer =
        Conv2d.of(config.get("filters").asInt(), Size.square(config.get("kernel").asInt()))
            .withStride(Size.square(config.get("stride").asInt()))
            .withPadding(Padding.valueOf(config.get("padding").asText().toUpperCase(Locale.ROOT)));
    check(name, layer, Map.of("kernel", "w", "bias", "b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8-k2-s2", "9-k3-s2", "7-k3-s1"})
  void pooling(String suffix) {
    JsonNode config = Golden.of("maxpool2d-" + suffix).config();
    Size size = Size.square(config.get("size").asInt());
    Size stride = Size.square(config.get("stride").asInt());
    check("maxpool2d-" + suffix, MaxPool2d.of(size).withStride(stride), Map.of());
    check("averagepool2d-" + suffix, AveragePool2d.of(size).withStride(stride), Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv1d-8x3-to2-k4-s1-same",
        "conv1d-8x3-to2-k4-s1-valid",
        "conv1d-7x5-to1-k2-s1-valid",
        "conv1d-9x4-to3-k3-s2-same"
      })
  void conv1d(String name) {
    JsonNode config = Golden.of(name).config();
    var layer =
        Conv1d.of(config.get("filters").asInt(), config.get("kernel").asInt())
            .withStride(config.get("stride").asInt())
            .withPadding(Padding.valueOf(config.get("padding").asText().toUpperCase(Locale.ROOT)));
    check(name, layer, Map.of("kernel", "w", "bias", "b"));
  }

  @Test
  void concat() {
    List<List<Layer>> branches = new ArrayList<>();
    Map<String, String> names = new TreeMap<>();
    for (int width : new int[] {2, 2, 3, 3, 4, 4}) {
      String branch = "branch" + (branches.size() + 1) + ".conv1d1.";
      names.put(branch + "kernel", "w" + branches.size());
      names.put(branch + "bias", "b" + branches.size());
      branches.add(List.of(Conv1d.of(1, width), new MaxOverTime()));
    }
    check("concat-conv1d-maxovertime", new Concat(branches), names);
  }

  @Test
  void batchNorm() {
    var golden = Golden.of("batchnorm-train-nhwc");
    var layer = new BatchNorm(0.9, 1e-5);
    INDArray statistics =
        check("batchnorm-train-nhwc", layer, Map.of("gamma", "gamma", "beta", "beta"));
    Layout layout = Layout.of(layer.state(Type.of(Shape.of(5, 5, 3))));
    var running = RunningState.of(layout, layout.initialValues(1));
    running.update(statistics.data().asFloat(), golden.array("/inputs/x").size(0));
    golden.assertMatches("/extra/runningMean", Arrays.copyOfRange(running.values(), 0, 3));
    golden.assertMatches("/extra/runningVariance", Arrays.copyOfRange(running.values(), 3, 6));
    assertEquals(100, running.values()[6]);
  }

  @Test
  void residual() {
    var layer = Residual.of(List.of(convolution().withActivation(Activation.RELU), convolution()));
    check(
        "residual",
        layer,
        Map.of(
            "body.conv2d1.kernel", "w1",
            "body.conv2d1.bias", "b1",
            "body.conv2d2.kernel", "w2",
            "body.conv2d2.bias", "b2"));
  }

  @Test
  void lstmWithLengths() {
    var names = Map.of("kernel", "wx", "recurrentKernel", "wh", "bias", "b");
    check("lstm-masked", Lstm.of(6), names);
  }

  @Test
  void bidirectional() {
    check(
        "bidirectional-lstm",
        new Bidirectional(Lstm.of(6).withReturnSequences(true)),
        Map.of(
            "forward.kernel", "forward.wx",
            "forward.recurrentKernel", "forward.wh",
            "forward.bias", "forward.b",
            "backward.kernel", "backward.wx",
            "backward.recurrentKernel", "backward.wh",
            "backward.bias", "backward.b"));
  }

  private static Conv2d convolution() {
    return Conv2d.of(3, Size.square(3)).withPadding(Padding.SAME);
  }

  /** Runs forward and backward; returns the statistics that backward summed. */
  private INDArray check(String name, Layer layer, Map<String, String> goldenNames) {
    var golden = Golden.of(name);
    INDArray x = golden.array("/inputs/x");
    Value in = value(golden, x);
    Type input = in.type();
    Layout layout = Layout.of(layer.parameters(input));
    Layout stateLayout = Layout.of(layer.state(input));
    assertEquals(
        new TreeMap<>(goldenNames).keySet().stream().toList(),
        layout.entries().stream().map(Layout.Entry::name).sorted().toList());
    INDArray flat = Nd4j.zeros(DataType.FLOAT, Math.max(1, layout.length()));
    INDArray gradient = flat.dup();
    INDArray state = Nd4j.zeros(DataType.FLOAT, Math.max(1, stateLayout.length()));
    INDArray statistics = state.dup();
    Parameters parameters = Parameters.of(flat, layout, state, stateLayout);
    goldenNames.forEach(
        (ours, theirs) -> find(parameters, ours).assign(golden.array("/inputs/" + theirs)));
    Parameters gradients = Parameters.of(gradient, layout, statistics, stateLayout);
    Tape tape = Tape.training(kernels, 1, 0, 0, 0).wantInputGradient(true);
    tape.addStatisticsTo(gradients);

    golden.assertMatches("/output", layer.forward(in, parameters, tape).array());
    INDArray dx = layer.backward(golden.array("/outputGradient"), parameters, gradients, tape);

    golden.assertMatches("/gradients/x", dx);
    goldenNames.forEach(
        (ours, theirs) -> golden.assertMatches("/gradients/" + theirs, find(gradients, ours)));
    return statistics;
  }

  /** Three axes are sequences. */
  private static Value value(Golden golden, INDArray x) {
    if (golden.json().at("/inputs/lengths").isObject()) {
      double[] lengths = golden.values("/inputs/lengths");
      return new Value(
          x, Time.RAGGED, Arrays.stream(lengths).mapToInt(length -> (int) length).toArray());
    }
    return new Value(x, x.rank() == 3 ? Time.FIXED : Time.NONE, null);
  }

  private static INDArray find(Parameters parameters, String path) {
    Parameters scope = parameters;
    String[] parts = path.split("\\.", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      scope = scope.scope(parts[i]);
    }
    return scope.get(parts[parts.length - 1]);
  }

  private static Activation activation(String name) {
    return Activation.valueOf(name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
  }
}
