package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.invar.kernel.Activation;
import org.invar.kernel.Kernels;
import org.invar.kernel.Window.Padding;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What every layer must do, whatever it computes. */
@Tag("kernels")
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class LayerContractTest {
  private static final Size TWO = Size.square(2);
  private static final Size THREE = Size.square(3);

  @Parameter Kernels kernels;

  /** A layer and an input for it. */
  record Case(Layer layer, Type input) {
    Case(Layer layer, Shape input) {
      this(layer, Type.of(input));
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    Shape image = Shape.of(5, 6, 2);
    for (Activation activation : Activation.values()) {
      cases.add(new Case(Dense.of(4).withActivation(activation), Shape.of(7)));
      cases.add(new Case(new Activate(activation), image));
    }
    for (Padding padding : Padding.values()) {
      cases.add(new Case(Conv2d.of(4, THREE).withPadding(padding), image));
      cases.add(new Case(Conv2d.of(2, new Size(2, 3)).withStride(TWO).withPadding(padding), image));
      cases.add(
          new Case(
              Conv1d.of(4, 3).withStride(2).withPadding(padding).withActivation(Activation.TANH),
              Type.sequence(7, 3)));
      cases.add(new Case(MaxPool2d.of(THREE).withStride(TWO).withPadding(padding), image));
      cases.add(new Case(AveragePool2d.of(THREE).withStride(TWO).withPadding(padding), image));
    }
    cases.add(new Case(Conv2d.of(4, THREE).withBias(false).withActivation(Activation.GELU), image));
    cases.add(new Case(Dense.of(4).withBias(false), Shape.of(7)));
    cases.add(new Case(Dense.of(4).withActivation(Activation.GELU), Type.sequence(3, 7)));
    cases.add(new Case(Dense.of(4).withActivation(Activation.SOFTMAX), Type.sequence(3, 7)));
    cases.add(new Case(new GlobalAveragePool2d(), image));
    cases.add(new Case(new MaxOverTime(), Type.sequence(7, 3)));
    cases.add(new Case(new Flatten(), image));
    cases.add(new Case(new Dropout(0.4), image));
    cases.add(new Case(BatchNorm.of(), image));
    cases.add(new Case(BatchNorm.of(), Shape.of(7)));
    cases.add(
        new Case(
            Sequential.of(
                Conv2d.of(2, THREE).withActivation(Activation.TANH),
                MaxPool2d.of(TWO),
                BatchNorm.of(),
                new Flatten(),
                new Dropout(0.3),
                Dense.of(3)),
            image));
    cases.add(new Case(Residual.of(List.of(same(2).withBias(false), BatchNorm.of())), image));
    cases.add(
        new Case(Residual.of(List.of(same(2), same(4))).withShortcut(List.of(same(4))), image));
    cases.add(
        new Case(
            new Concat(
                List.of(
                    List.of(same(2)),
                    List.of(
                        MaxPool2d.of(THREE).withStride(Size.square(1)).withPadding(Padding.SAME),
                        same(1)),
                    List.of())),
            image));
    cases.add(new Case(new Reshape(Shape.of(6, 10)), image));
    cases.addAll(recurrent());
    return cases.stream();
  }

  private static List<Case> recurrent() {
    List<Case> cases = new ArrayList<>();
    Type sequence = Type.sequence(4, 2);
    for (boolean all : new boolean[] {false, true}) {
      List<Layer> layers = new ArrayList<>();
      layers.add(SimpleRnn.of(3).withReturnSequences(all));
      layers.add(Lstm.of(3).withReturnSequences(all));
      for (Gru.Reset reset : Gru.Reset.values()) {
        for (Gru.UpdateGate gate : Gru.UpdateGate.values()) {
          layers.add(Gru.of(3).withReset(reset).withUpdateGate(gate).withReturnSequences(all));
        }
      }
      layers.add(new Bidirectional(Lstm.of(2).withReturnSequences(all)));
      layers.add(new WithLengths(Lstm.of(2).withReturnSequences(all)));
      layers.add(new WithLengths(new Bidirectional(Gru.of(2).withReturnSequences(all))));
      layers.forEach(layer -> cases.add(new Case(layer, sequence)));
    }
    cases.add(new Case(new WithLengths(new MaxOverTime()), sequence));
    cases.add(new Case(new WithLengths(BatchNorm.of()), sequence));
    cases.add(new Case(new WithLengths(new Reshape(Shape.of(4, 2))), sequence));
    cases.add(new Case(new WithLengths(new Reshape(Shape.of(2, 4))), sequence));
    // Another number of steps, of which nobody knows which are a row's own.
    cases.add(
        new Case(
            new WithLengths(Sequential.of(Conv1d.of(3, 2), Dense.of(2), new Flatten())), sequence));
    cases.add(new Case(new WithLengths(Conv1d.of(3, 2)), sequence));
    cases.add(new Case(new WithLengths(Conv1d.of(3, 2).withPadding(Padding.SAME)), sequence));
    cases.add(new Case(new OwnLayerTest.Scale(), sequence));
    cases.add(new Case(new WithLengths(new OwnLayerTest.Scale()), sequence));
    cases.add(
        new Case(
            Sequential.of(
                new Reshape(Shape.of(4, 2)),
                new Bidirectional(Gru.of(2).withReturnSequences(true)),
                Lstm.of(2)),
            Shape.of(4, 1, 2)));
    cases.add(
        new Case(
            Sequential.of(Lstm.of(3).withReturnSequences(true), SimpleRnn.of(4)),
            Type.sequence(1, 3)));
    return cases;
  }

  private static Conv2d same(int filters) {
    return Conv2d.of(filters, THREE).withPadding(Padding.SAME);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputHasTheTypeThatIsPromised(Case c) {
    for (boolean training : new boolean[] {true, false}) {
      var pass = new Pass(c, 3, training);
      assertEquals(3, pass.output.size(0));
      assertEquals(c.layer().output(c.input()), pass.value.type());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardAndBackwardLeaveTheirInputsAlone(Case c) {
    var pass = new Pass(c, 3, true);
    assertEquals(pass.xBefore, pass.x);
    INDArray dy = pass.output.mul(0.5);
    INDArray dyBefore = dy.dup();
    pass.backward(dy);
    assertEquals(dyBefore, dy);
    assertEquals(pass.xBefore, pass.x);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void backwardAddsIntoTheGradient(Case c) {
    var once = new Pass(c, 3, true);
    once.backward(once.output);
    var onTop = new Pass(c, 3, true);
    onTop.gradient.assign(1);
    onTop.backward(onTop.output);
    INDArray difference = onTop.gradient.sub(once.gradient).subi(1);
    assertTrue(
        difference.amaxNumber().doubleValue() < 1e-4, () -> "off by " + difference.amaxNumber());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sameInputsGiveTheSameBits(Case c) {
    var first = new Pass(c, 3, true);
    first.backward(first.output);
    var second = new Pass(c, 3, true);
    second.backward(second.output);
    assertArrayEquals(first.output.data().asFloat(), second.output.data().asFloat());
    assertArrayEquals(first.gradient.data().asFloat(), second.gradient.data().asFloat());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void predictionOfARowDoesNotDependOnTheOthers(Case c) {
    var all = new Pass(c, 4, false);
    var two = new Pass(c, 2, false);
    INDArray firstRows = all.output.get(NDArrayIndex.interval(0, 2));
    assertTrue(
        firstRows.sub(two.output).amaxNumber().doubleValue() < 1e-5,
        () -> "off by " + firstRows.sub(two.output).amaxNumber());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void parametersGetTheSameGradientWhenNobodyReadsTheInputs(Case c) {
    var wanted = new Pass(c, 3, true);
    wanted.backward(wanted.output);
    var unwanted = new Pass(c, 3, true);
    unwanted.tape.wantInputGradient(false);
    unwanted.backward(unwanted.output);
    assertArrayEquals(wanted.gradient.data().asFloat(), unwanted.gradient.data().asFloat());
  }

  /** One pass of one layer in float32 on random input. */
  private final class Pass {
    final Layer layer;
    final INDArray x;
    final INDArray xBefore;
    final Value value;
    final INDArray output;
    final INDArray gradient;
    final Tape tape;
    private final Parameters parameters;
    private final Parameters gradients;

    Pass(Case c, int rows, boolean training) {
      layer = c.layer();
      Layout layout = Layout.of(layer.parameters(c.input()));
      Layout stateLayout = Layout.of(layer.state(c.input()));
      Shape shape = c.input().shape();
      x = normal(rows * shape.size(), 1).reshape('c', shape.batch(rows));
      xBefore = x.dup();
      INDArray values = normal(Math.max(1, layout.length()), 2);
      INDArray state = Nd4j.ones(DataType.FLOAT, Math.max(1, stateLayout.length()));
      gradient = Nd4j.zeros(DataType.FLOAT, values.length());
      parameters = Parameters.of(values, layout, state, stateLayout);
      gradients =
          Parameters.of(gradient, layout, Nd4j.zeros(DataType.FLOAT, state.length()), stateLayout);
      tape = training ? Tape.training(kernels, 3, 1, 2, 0) : Tape.inference(kernels);
      tape.wantInputGradient(true).addStatisticsTo(gradients);
      value = layer.forward(new Value(x, c.input().time(), null), parameters, tape);
      output = value.array();
    }

    void backward(INDArray dy) {
      INDArray dx = layer.backward(dy, parameters, gradients, tape);
      if (tape.wantsInputGradient()) {
        assertArrayEquals(x.shape(), dx.shape());
      } else if (layer instanceof Conv2d
          || layer instanceof Lstm
          || layer instanceof Bidirectional) {
        assertNull(dx);
      }
    }

    private static INDArray normal(int length, long stream) {
      var random = CounterRandom.of(9, stream);
      float[] values = new float[length];
      for (int i = 0; i < length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return Nd4j.createFromArray(values);
    }
  }
}
