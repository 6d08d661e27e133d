package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.data.Batch;
import org.invar.kernel.Activation;
import org.invar.kernel.Kernels;
import org.invar.kernel.Window.Padding;
import org.invar.loss.Loss;
import org.invar.loss.MeanSquaredError;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.zoo.Lenet5;
import org.invar.random.CounterRandom;
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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row's outputs in prediction are the same bits alone, among others, and wherever it stands.
 *
 * <p>It is not so of every number of rows: of 8 or 32, the last two of a native product on AVX2 are
 * added up in another order than the others.
 */
@Tag("kernels")
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class RowAloneTest {
  private static final Size THREE = Size.square(3);

  @Parameter Kernels kernels;

  static Stream<LayerContractTest.Case> layers() {
    return Stream.concat(
        LayerContractTest.cases().filter(c -> !(c.layer() instanceof WithLengths)),
        Stream.of(
            layer(Dense.of(10).withActivation(Activation.RELU), 784),
            layer(Dense.of(300), 257),
            layer(Dense.of(33).withActivation(Activation.TANH), 17),
            layer(Dense.of(1), 2048),
            layer(Conv2d.of(6, Size.square(5)).withActivation(Activation.TANH), 28, 28, 1),
            layer(Conv2d.of(16, Size.square(5)), 14, 14, 6),
            // In several pieces, and by Winograd's way where there is one.
            layer(Conv2d.of(32, THREE).withPadding(Padding.SAME), 28, 28, 32),
            layer(Conv2d.of(16, THREE).withActivation(Activation.GELU), 9, 9, 16),
            layer(MaxPool2d.of(Size.square(2)), 28, 28, 6),
            layer(BatchNorm.of(), 7, 7, 33),
            sequence(Lstm.of(64), 9, 28),
            sequence(Gru.of(33).withReset(Gru.Reset.BEFORE), 3, 10),
            sequence(SimpleRnn.of(100), 3, 1)));
  }

  private static LayerContractTest.Case layer(Layer layer, int... input) {
    return new LayerContractTest.Case(layer, Shape.of(input));
  }

  private static LayerContractTest.Case sequence(Layer layer, int steps, int features) {
    return new LayerContractTest.Case(layer, Type.sequence(steps, features));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void itsPlaceAndItsNeighboursDoNotMatter(LayerContractTest.Case c) {
    Parameters parameters = parameters(c.layer().parameters(c.input()), c.layer().state(c.input()));
    int width = c.input().shape().size();
    float[] row = normal(width, 7);
    for (int block : new int[] {48, 24, 12, 6, 3}) {
      float[] equal = new float[block * width];
      for (int i = 0; i < block; i++) {
        System.arraycopy(row, 0, equal, i * width, width);
      }
      float[][] outputs = outputs(c, equal, block, parameters);
      for (int i = 1; i < block; i++) {
        assertArrayEquals(outputs[0], outputs[i], "row " + i + " of " + block);
      }
      for (int at : new int[] {0, block / 2, block - 1}) {
        float[] others = normal(block * width, 8);
        System.arraycopy(row, 0, others, at * width, width);
        assertArrayEquals(
            outputs[0], outputs(c, others, block, parameters)[at], "row " + at + " of " + block);
      }
    }
  }

  private float[][] outputs(
      LayerContractTest.Case c, float[] rows, int block, Parameters parameters) {
    INDArray x = Nd4j.createFromArray(rows).reshape('c', c.input().shape().batch(block));
    Value inputs = new Value(x, c.input().time(), null);
    Value outputs = c.layer().forward(inputs, parameters, Tape.inference(kernels));
    float[] all = outputs.array().dup('c').data().asFloat();
    int width = all.length / block;
    float[][] each = new float[block][];
    for (int i = 0; i < block; i++) {
      each[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
    }
    return each;
  }

  static Stream<Network> networks() {
    return Stream.of(
        network(new MeanSquaredError(), Shape.of(5), Dense.of(6), Dense.of(2)),
        new Network(Shape.of(28, 28, 1), Lenet5.of().layers(), SoftmaxCrossEntropy.of()),
        network(
            SoftmaxCrossEntropy.of(),
            new Type(Shape.of(7, 3), Time.RAGGED),
            new Bidirectional(Lstm.of(5).withReturnSequences(true)),
            Dense.of(4)),
        network(
            SoftmaxCrossEntropy.of(),
            Shape.of(4, 4, 2),
            BatchNorm.of(),
            new Flatten(),
            Dense.of(3)));
  }

  private static Network network(Loss loss, Shape input, Layer... layers) {
    return network(loss, Type.of(input), layers);
  }

  private static Network network(Loss loss, Type input, Layer... layers) {
    return new Network(input, List.of(layers), loss);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void alonePredictsAndScoresAsAmongOthers(Network network) {
    Parameters parameters =
        Parameters.of(
            Nd4j.createFromArray(normal(network.layout().length(), 2)).muli(0.2),
            network.layout(),
            Nd4j.ones(Math.max(1, network.stateLayout().length())),
            network.stateLayout());
    int width = network.input().shape().size();
    int block = network.predictionRows();
    float[] rows = normal(block * width, 3);
    Value together = features(network, rows, 0);
    var all = network.predict(together, parameters, kernels);
    double sum = 0;
    for (int i = 0; i < block; i++) {
      Value row = features(network, Arrays.copyOfRange(rows, i * width, (i + 1) * width), i);
      var alone = network.predict(row, parameters, kernels);
      assertEquals(1, alone.rows());
      assertArrayEquals(floats(all.array().slice(i)), floats(alone.array().slice(0)));
      sum += network.score(batch(network, row), parameters, kernels).lossSum();
    }
    assertEquals(network.score(batch(network, together), parameters, kernels).lossSum(), sum);
    Value more = features(network, normal((block + 1) * width, 3), 0);
    assertThrows(IllegalArgumentException.class, () -> network.predict(more, parameters, kernels));
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @Test
  void theNumberOfRowsFollowsFromTheNetworkAndIsOneOfThoseAbove() {
    for (int[] expected : new int[][] {{1, 48}, {400_000, 24}, {1_000_000, 12}, {40_000_000, 1}}) {
      var network =
          network(new MeanSquaredError(), Shape.of(expected[0]), new Activate(Activation.TANH));
      assertEquals(expected[1], network.predictionRows());
    }
  }

  /** Rows, of which the first is that one of its block, and has a length by its place. */
  private static Value features(Network network, float[] values, int first) {
    Shape shape = network.input().shape();
    int rows = values.length / shape.size();
    int[] lengths = null;
    if (network.input().time() == Time.RAGGED) {
      lengths = new int[rows];
      Arrays.setAll(lengths, i -> 1 + (first + i) % shape.get(0));
    }
    INDArray x = Nd4j.createFromArray(values).reshape('c', shape.batch(rows));
    return new Value(x, network.input().time(), lengths);
  }

  private static Batch batch(Network network, Value features) {
    int rows = (int) features.array().size(0);
    float[] weights = new float[rows];
    Arrays.fill(weights, 1);
    return new Batch(features, new float[rows * network.targetWidth()], weights);
  }

  private static Parameters parameters(List<Layout.Spec> trained, List<Layout.Spec> running) {
    Layout layout = Layout.of(trained);
    Layout state = Layout.of(running);
    INDArray variances = Nd4j.createFromArray(normal(Math.max(1, state.length()), 3));
    variances.muli(variances).addi(0.1);
    return Parameters.of(
        Nd4j.createFromArray(normal(Math.max(1, layout.length()), 2)).muli(0.3),
        layout,
        variances,
        state);
  }

  private static float[] normal(int length, long stream) {
    var random = CounterRandom.of(9, stream);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
