package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.invar.InvarException;
import org.invar.kernel.Kernels;
import org.invar.kernel.Window.Padding;
import org.invar.kernel.portable.PortableKernels;
import org.invar.loss.MeanSquaredError;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** That padding is inside is forgotten in no shape, so that no layer takes it for steps. */
class ForgottenPaddingTest {
  private static final int STEPS = 4;
  private static final Type RAGGED = new Type(Shape.of(STEPS, 2), Time.RAGGED);
  private static final Shape BACK = Shape.of(STEPS, 4);
  private static final int[] LENGTHS = {3, 1, 4};
  private static final Conv2d PICTURE = Conv2d.of(2, Size.square(3)).withPadding(Padding.SAME);

  private final Kernels kernels = new PortableKernels();

  private static List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int[] shape : new int[][] {{4, 2}, {2, 4}, {8}, {4, 2, 1}, {2, 4, 1}, {4, 1, 2}, {4, 4}}) {
      layers.add(new Reshape(new Shape(Arrays.stream(shape).boxed().toList())));
    }
    layers.addAll(
        List.of(
            new Flatten(),
            Dense.of(2),
            Dense.of(8),
            new Dropout(0.1),
            BatchNorm.of(),
            Conv1d.of(2, 2),
            Conv1d.of(2, 3).withPadding(Padding.SAME),
            PICTURE,
            PICTURE.withStride(Size.square(2)),
            MaxPool2d.of(new Size(2, 1)),
            AveragePool2d.of(new Size(1, 2)),
            new GlobalAveragePool2d(),
            new MaxOverTime(),
            Lstm.of(8),
            Gru.of(2).withReturnSequences(true),
            new Bidirectional(SimpleRnn.of(4)),
            Residual.of(List.of(new Dropout(0.1))),
            new Concat(List.of(List.of(), List.of(new Dropout(0.1))))));
    return layers;
  }

  /** Layers that need to know which steps are a row's own. */
  private static boolean looksAcrossTime(Layer layer, Type input) {
    return layer instanceof Recurrent
        || layer instanceof Bidirectional
        || layer instanceof MaxOverTime
        || (layer instanceof BatchNorm && input.sequence());
  }

  /** Up to four layers one behind another, of all kinds, as far as they fit. */
  @Test
  void noLayerMakesAnythingElseOfRaggedSteps() {
    Map<String, Integer> looked = new LinkedHashMap<>();
    Set<Type> reached = new LinkedHashSet<>(Set.of(RAGGED));
    List<Type> last = List.of(RAGGED);
    for (int depth = 0; depth < 4; depth++) {
      List<Type> next = new ArrayList<>();
      for (Type input : last) {
        for (Layer layer : layers()) {
          Type output = output(layer, input);
          if (output == null) {
            continue;
          }
          String way = layer.kind() + " of " + input + " gives " + output;
          assertTrue(output.time() == Time.RAGGED || output.time() == Time.MIXED, way);
          assertTrue(output.time() == Time.MIXED || output.shape().get(0) == STEPS, way);
          if (looksAcrossTime(layer, input)) {
            assertEquals(Time.RAGGED, input.time(), way);
            looked.merge(layer.kind(), 1, Integer::sum);
          }
          if (reached.add(output)) {
            assertEquals(output, forward(layer, value(input)).type(), way);
            next.add(output);
          }
        }
      }
      last = next;
    }
    assertEquals(
        Set.of("batchNorm", "maxOverTime", "lstm", "gru", "bidirectional"), looked.keySet());
    assertTrue(reached.contains(new Type(Shape.of(4, 2, 2), Time.RAGGED)), reached.toString());
    assertTrue(reached.contains(new Type(Shape.of(2, 4), Time.MIXED)), reached.toString());
  }

  private static @Nullable Type output(Layer layer, Type input) {
    try {
      return layer.output(input);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void flattenedStepsAreNoSequenceAgain(int steps) {
    List<Layer> network =
        List.of(new Flatten(), new Reshape(Shape.of(steps, 8 / steps)), Lstm.of(4), Dense.of(1));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new Network(RAGGED, network, new MeanSquaredError()))
            .getMessage();
    assertTrue(message.startsWith("lstm1: expected sequences of the steps that"), message);
  }

  /** Flattened as a whole a padded row is a vector like any other, of zeros where it had ended. */
  @Test
  void aPaddedRowAsAWholeGoesOn() {
    List<Layer> network = List.of(new Flatten(), BatchNorm.of(), Dense.of(3), Dense.of(1));
    assertEquals(
        Shape.of(1), new Network(RAGGED, network, new MeanSquaredError()).output().shape());
  }

  /** Through an image and back the lengths are those of the data: padding changes nothing. */
  @Test
  void picturesOfStepsKeepTheLengths() {
    Layer there = Sequential.of(new Reshape(Shape.of(4, 2, 1)), PICTURE, new Reshape(BACK));
    assertEquals(new Type(BACK, Time.RAGGED), there.output(RAGGED));
    Value steps = forward(there, value(RAGGED));
    assertArrayEquals(LENGTHS, steps.lengths());
    for (Layer layer : List.of(Lstm.of(3), new MaxOverTime(), new Bidirectional(Gru.of(2)))) {
      Value whole = forward(layer, steps);
      INDArray other = steps.array().dup();
      for (int row = 0; row < LENGTHS.length; row++) {
        for (int t = LENGTHS[row]; t < STEPS; t++) {
          other.slice(row).slice(t).assign(9);
        }
      }
      assertArrayEquals(floats(whole), floats(forward(layer, steps.with(other))), layer.kind());
      Value fixed = forward(layer, new Value(steps.array(), Time.FIXED, null));
      assertNotEquals(Arrays.toString(floats(whole)), Arrays.toString(floats(fixed)), layer.kind());
    }
  }

  /** Statistics of pictures are over all positions, as they are without lengths. */
  @Test
  void batchNormTakesPicturesOfStepsAsPictures() {
    Value pictures = value(new Type(Shape.of(4, 2, 3), Time.RAGGED));
    assertArrayEquals(
        floats(forward(BatchNorm.of(), Value.of(pictures.array()))),
        floats(forward(BatchNorm.of(), pictures)));
  }

  /** A layer that says that its output is of the input's steps, and makes one that is not. */
  private record Forgetful() implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      return Value.of(x.array().mul(2));
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      return dy.mul(2);
    }
  }

  @Test
  void aLayerThatLosesTheLengthsIsRefused() {
    var message =
        "expected an output of time=RAGGED, as its type says, found time=NONE. Return"
            + " x.with(array) in forward for input.withShape(shape) in output.";
    Layer inside = Residual.of(List.of(new Dropout(0.1), new Forgetful()));
    assertEquals(
        "layer residual1.body.forgetful1: " + message,
        refusal(Sequential.of(inside, new MaxOverTime())));
    assertEquals("layer forward: " + message, refusal(new Bidirectional(new Forgetful())));
    Value whole = Value.of(Nd4j.ones(DataType.FLOAT, 3, 4));
    assertEquals(Time.NONE, forward(Sequential.of(new Forgetful()), whole).time());
  }

  private String refusal(Layer layer) {
    return assertThrows(InvarException.class, () -> forward(layer, value(RAGGED))).getMessage();
  }

  private Value forward(Layer layer, Value x) {
    Layout layout = Layout.of(layer.parameters(x.type()));
    Layout stateLayout = Layout.of(layer.state(x.type()));
    INDArray state = Nd4j.ones(DataType.FLOAT, Math.max(1, stateLayout.length()));
    INDArray values = normal(Math.max(1, layout.length()), 1);
    return layer.forward(
        x, Parameters.of(values, layout, state, stateLayout), Tape.training(kernels, 1, 0, 0, 0));
  }

  private static Value value(Type type) {
    INDArray x =
        normal(LENGTHS.length * type.shape().size(), 2)
            .reshape('c', type.shape().batch(LENGTHS.length));
    return new Value(x, type.time(), type.time() == Time.RAGGED ? LENGTHS : null);
  }

  private static float[] floats(Value value) {
    return value.array().dup('c').data().asFloat();
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
