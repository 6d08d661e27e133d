package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.invar.Golden;
import org.invar.data.Batch;
import org.invar.kernel.Activation;
import org.invar.kernel.Kernels;
import org.invar.kernel.portable.PortableKernels;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A softmax at every step of sequences with lengths: loss and gradients of the whole network. */
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class SequenceLabelingTest {
  private static final int[] LENGTHS = {2, 4, 1};

  @Parameter Kernels kernels;

  @Test
  void lossAndGradientsAreThoseOfPyTorch() {
    var golden = Golden.of("sequence-softmax");
    INDArray x = golden.array("/inputs/x");
    List<Layer> layers = List.of(SimpleRnn.of(6).withReturnSequences(true), Dense.of(4));
    var network = new Network(ragged(5, 3), layers, SoftmaxCrossEntropy.of());
    var names =
        Map.of(
            "simpleRnn1.kernel", "wx",
            "simpleRnn1.recurrentKernel", "wh",
            "simpleRnn1.bias", "b",
            "dense1.kernel", "wy",
            "dense1.bias", "by");
    float[] flat = new float[network.layout().length()];
    for (Layout.Entry entry : network.layout().entries()) {
      float[] values = golden.floats("/inputs/" + names.get(entry.name()));
      System.arraycopy(values, 0, flat, entry.offset(), values.length);
    }
    int[] lengths =
        Arrays.stream(golden.values("/inputs/lengths")).mapToInt(l -> (int) l).toArray();
    float[] weights = golden.floats("/inputs/weights");
    var features = new Value(x, Time.RAGGED, lengths);
    var batch = new Batch(features, golden.floats("/inputs/labels"), weights);
    var pass = new Pass(network, Nd4j.createFromArray(flat), batch, kernels);

    double expected = golden.json().get("loss").asDouble();
    assertEquals(expected, pass.outcome.lossSum() / batch.weight(), 1e-6 * expected);
    INDArray gradient = pass.gradient.div(batch.weight());
    for (Layout.Entry entry : network.layout().entries()) {
      float[] values = Arrays.copyOfRange(gradient.data().asFloat(), entry.offset(), entry.end());
      golden.assertMatches("/gradients/" + names.get(entry.name()), values);
    }
    golden.assertMatches("/gradients/x", pass.dx.div(batch.weight()));
  }

  static List<Layer> recurrent() {
    return List.of(
        SimpleRnn.of(3).withReturnSequences(true),
        Gru.of(3).withReturnSequences(true),
        Lstm.of(3).withReturnSequences(true),
        new Bidirectional(Lstm.of(2).withReturnSequences(true)));
  }

  private static Type ragged(int steps, int features) {
    return new Type(Shape.of(steps, features), Time.RAGGED);
  }

  static Network network(Layer recurrent) {
    return new Network(
        ragged(4, 2),
        List.of(
            Dense.of(3).withActivation(Activation.TANH), recurrent, new Dropout(0.2), Dense.of(3)),
        SoftmaxCrossEntropy.of());
  }

  static Batch batch(DataType type) {
    INDArray x = Nd4j.createFromArray(normal(24, 1)).castTo(type).reshape('c', 3, 4, 2);
    float no = Float.NaN;
    float[] targets = {2, 0, no, no, 1, 1, 0, 2, 0, no, no, no};
    var features = new Value(x, Time.RAGGED, LENGTHS);
    return new Batch(features, targets, new float[] {1, 0.5f, 2});
  }

  /** The kernels under test against the portable ones in float64, whose gradients are right. */
  @ParameterizedTest
  @MethodSource("recurrent")
  void gradientsInFloatAreThoseInDouble(Layer recurrent) {
    Network network = network(recurrent);
    INDArray flat = Nd4j.createFromArray(normal(network.layout().length(), 2));
    var pass = new Pass(network, flat, batch(DataType.FLOAT), kernels);
    var exact =
        new Pass(
            network, flat.castTo(DataType.DOUBLE), batch(DataType.DOUBLE), new PortableKernels());
    assertEquals(exact.outcome.lossSum(), pass.outcome.lossSum(), 1e-5);
    assertArrayEquals(exact.gradient.data().asFloat(), pass.gradient.data().asFloat(), 1e-5f);
    assertArrayEquals(exact.dx.data().asFloat(), pass.dx.data().asFloat(), 1e-5f);
  }

  @Test
  void outputsOfOtherStepsThanLengthsAreKnownForAreRefused() {
    List<Layer> layers = List.of(Conv1d.of(3, 2));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Network(ragged(4, 2), layers, SoftmaxCrossEntropy.of()));
    assertEquals(
        "the output: expected sequences of the steps that lengths are known for, found 3 steps made of them; no"
            + " layer in front may change their number or mix them",
        e.getMessage());
  }

  static float[] normal(int length, long stream) {
    var random = CounterRandom.of(11, stream);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** One pass of training, with the gradient of the input too. */
  static final class Pass {
    final Network.Outcome outcome;
    final INDArray gradient;
    final INDArray dx;

    Pass(Network network, INDArray flat, Batch batch, Kernels kernels) {
      gradient = flat.mul(0);
      INDArray state = Nd4j.zeros(flat.dataType(), 1);
      Layout layout = network.layout();
      Tape tape = Tape.training(kernels, 1, 0, 0, 0).wantInputGradient(true);
      INDArray[] seen = new INDArray[1];
      List<Layer> layers = new ArrayList<>(network.layers());
      layers.add(0, new Entrance(seen));
      outcome =
          new Network(network.input(), layers, network.loss())
              .lossAndGradient(
                  batch,
                  Parameters.of(flat, layout, state, network.stateLayout()),
                  Parameters.of(gradient, layout, state.dup(), network.stateLayout()),
                  tape);
      dx = seen[0];
    }
  }

  /** Shows the gradient of a network's input. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Entrance(INDArray[] seen) implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      return x;
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      seen[0] = dy.dup('c');
      return dy;
    }
  }
}
