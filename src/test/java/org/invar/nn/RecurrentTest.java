package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.kernel.Cell;
import org.invar.kernel.Kernels;
import org.invar.kernel.PassMemory;
import org.invar.kernel.Recurrence;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What recurrent layers make of their cells, and of lengths. */
@Tag("kernels")
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class RecurrentTest {
  private static final Shape INPUT = Shape.of(4, 3);
  private static final int UNITS = 5;
  private static final int[] LENGTHS = {2, 4, 1};

  /** As training has it. */
  private static final List<Layer> LAYERS =
      List.of(
          SimpleRnn.of(UNITS),
          Lstm.of(UNITS),
          Gru.of(UNITS).withReset(Gru.Reset.BEFORE),
          Gru.of(UNITS).withReset(Gru.Reset.AFTER),
          new Bidirectional(Lstm.of(UNITS)),
          new MaxOverTime());

  private static final List<Layer> ALL_STEPS =
      List.of(
          SimpleRnn.of(UNITS).withReturnSequences(true),
          Lstm.of(UNITS).withReturnSequences(true),
          Gru.of(UNITS).withReset(Gru.Reset.BEFORE).withReturnSequences(true),
          Gru.of(UNITS).withReset(Gru.Reset.AFTER).withReturnSequences(true),
          new Bidirectional(Gru.of(UNITS).withReturnSequences(true)));

  @Parameter Kernels kernels;

  static Stream<Layer> allSteps() {
    return ALL_STEPS.stream();
  }

  static Stream<Layer> both() {
    return Stream.concat(LAYERS.stream(), ALL_STEPS.stream());
  }

  static Stream<Layer> cells() {
    return both()
        .filter(layer -> !(layer instanceof Bidirectional || layer instanceof MaxOverTime));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aLayerIsItsCellFromAStateOfZeros(Layer layer) {
    var pass = new Pass(layer, normal(INPUT.batch(3), 1), null);
    Cell cell = Recurrent.cell(kind(layer), pass.parameters);
    INDArray zeros = Nd4j.zeros(DataType.FLOAT, cell.kind().states(), 3, UNITS);
    Recurrence expected = kernels.recurrent(cell, pass.x, zeros, false);
    INDArray last = expected.outputs().get(NDArrayIndex.all(), NDArrayIndex.point(3)).dup('c');
    assertEquals(pass.output.rank() == 3 ? expected.outputs() : last, pass.output);
  }

  private static Cell.Kind kind(Layer layer) {
    if (layer instanceof Gru gru) {
      return gru.reset() == Gru.Reset.BEFORE
          ? Cell.Kind.GRU_RESET_BEFORE
          : Cell.Kind.GRU_RESET_AFTER;
    }
    return layer instanceof Lstm ? Cell.Kind.LSTM : Cell.Kind.SIMPLE_RNN;
  }

  /** Row by row, cut to its length, a layer gives what it gives for the padded rows together. */
  @ParameterizedTest
  @MethodSource("both")
  void paddingChangesNothing(Layer layer) {
    INDArray x = normal(INPUT.batch(3), 1);
    var padded = new Pass(layer, x, LENGTHS);
    INDArray dy = normal(padded.output.shape(), 3);
    INDArray dx = padded.backward(dy);
    INDArray sum = padded.gradient.mul(0);
    for (int row = 0; row < 3; row++) {
      INDArray own = cut(x, row, LENGTHS[row]);
      var alone = new Pass(layer, own, null);
      boolean steps = alone.output.rank() == 3;
      close(alone.output, steps ? cut(padded.output, row, LENGTHS[row]) : cut(padded.output, row));
      close(
          cut(dx, row, LENGTHS[row]),
          alone.backward(steps ? cut(dy, row, LENGTHS[row]) : cut(dy, row)));
      sum.addi(alone.gradient);
    }
    close(sum, padded.gradient);
  }

  @ParameterizedTest
  @MethodSource("both")
  void whatStandsInThePaddingReachesNothing(Layer layer) {
    INDArray x = normal(INPUT.batch(3), 1);
    INDArray other = normal(INPUT.batch(3), 8);
    for (int row = 0; row < 3; row++) {
      for (int t = 0; t < LENGTHS[row]; t++) {
        step(other, row, t).assign(step(x, row, t));
      }
    }
    var pass = new Pass(layer, x, LENGTHS);
    var same = new Pass(layer, other, LENGTHS);
    assertEquals(pass.output, same.output);
    INDArray dy = normal(pass.output.shape(), 3);
    INDArray dx = pass.backward(dy);
    assertEquals(dx, same.backward(dy));
    assertEquals(pass.gradient, same.gradient);
    for (int row = 0; row < 3; row++) {
      for (int t = LENGTHS[row]; t < 4; t++) {
        assertEquals(0, step(dx, row, t).amaxNumber().doubleValue());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("allSteps")
  void outputsBehindALengthAreZeroAndTheirGradientIsIgnored(Layer layer) {
    INDArray x = normal(INPUT.batch(3), 1);
    var pass = new Pass(layer, x, LENGTHS);
    var same = new Pass(layer, x, LENGTHS);
    INDArray dy = normal(pass.output.shape(), 3);
    INDArray other = normal(pass.output.shape(), 4);
    for (int row = 0; row < 3; row++) {
      for (int t = 0; t < 4; t++) {
        if (t < LENGTHS[row]) {
          step(other, row, t).assign(step(dy, row, t));
        } else {
          assertEquals(0, step(pass.output, row, t).amaxNumber().doubleValue());
        }
      }
    }
    assertEquals(pass.backward(dy), same.backward(other));
    assertEquals(pass.gradient, same.gradient);
  }

  @Test
  void anUpdateGateThatReplacesIsTheOtherWithItsSignChanged() {
    for (Gru.Reset reset : Gru.Reset.values()) {
      Gru keeps = Gru.of(UNITS).withReset(reset);
      INDArray x = normal(INPUT.batch(3), 1);
      var pass = new Pass(keeps, x, null);
      var other = new Pass(keeps.withUpdateGate(Gru.UpdateGate.REPLACES), x, null);
      assertTrue(pass.output.sub(other.output).amaxNumber().doubleValue() > 0.01);
      for (String name : pass.names()) {
        INDArray columns = other.parameters.get(name).reshape('c', -1, 3 * UNITS);
        columns.get(NDArrayIndex.all(), NDArrayIndex.interval(UNITS, 2 * UNITS)).negi();
      }
      close(
          pass.output,
          keeps
              .withUpdateGate(Gru.UpdateGate.REPLACES)
              .forward(other.value, other.parameters, Tape.inference(kernels))
              .array());
    }
  }

  /** From the second pass on its copies and sums lie where the pass before left its own. */
  @ParameterizedTest
  @EnumSource
  void anUpdateGateThatReplacesComputesTheSameInAWorkspace(Gru.Reset reset) {
    Layer layer = Gru.of(UNITS).withReset(reset).withUpdateGate(Gru.UpdateGate.REPLACES);
    INDArray x = normal(INPUT.batch(3), 1);
    INDArray dy = normal(new long[] {3, UNITS}, 3);
    List<float[]> expected = results(layer, x, dy);
    for (int i = 0; i < 4; i++) {
      try (MemoryWorkspace pass = PassMemory.open()) {
        List<float[]> found = results(layer, x, dy);
        for (int result = 0; result < expected.size(); result++) {
          assertArrayEquals(expected.get(result), found.get(result));
        }
      }
    }
    PassMemory.release();
  }

  private List<float[]> results(Layer layer, INDArray x, INDArray dy) {
    var pass = new Pass(layer, x, LENGTHS);
    INDArray dx = pass.backward(dy);
    return Stream.of(pass.output, dx, pass.gradient)
        .map(result -> result.dup('c').data().asFloat())
        .toList();
  }

  /** One unit, one step: u = σ(0.5), c̃ = tanh(2 · 0.25), h = u c̃ + (1 − u) · 0. */
  @Test
  void anOpenGateThatReplacesTakesTheCandidate() {
    Gru layer = Gru.of(1).withReset(Gru.Reset.BEFORE).withUpdateGate(Gru.UpdateGate.REPLACES);
    var pass = new Pass(layer, Nd4j.createFromArray(2f).reshape(1, 1, 1), null);
    pass.parameters.get("kernel").assign(Nd4j.createFromArray(0f, 0f, 0.25f).reshape(1, 3));
    pass.parameters.get("bias").assign(Nd4j.createFromArray(0f, 0.5f, 0f));
    INDArray h = layer.forward(pass.value, pass.parameters, Tape.inference(kernels)).array();
    assertEquals(Math.tanh(0.5) / (1 + Math.exp(-0.5)), h.getDouble(0), 1e-6);
  }

  @Test
  void theForgetGateStartsOpenAndEveryGateIsOrthogonal() {
    Layout layout = Layout.of(Lstm.of(UNITS).parameters(Type.sequence(4, 3)));
    float[] values = layout.initialValues(1);
    Layout.Entry recurrent = layout.entries().get(1);
    Layout.Entry bias = layout.entries().get(2);
    float[] expected = new float[4 * UNITS];
    Arrays.fill(expected, UNITS, 2 * UNITS, 1);
    assertArrayEquals(expected, Arrays.copyOfRange(values, bias.offset(), bias.end()));
    for (int gate = 0; gate < 4; gate++) {
      for (int a = 0; a < UNITS; a++) {
        for (int b = 0; b < UNITS; b++) {
          double dot = 0;
          for (int r = 0; r < UNITS; r++) {
            int at = recurrent.offset() + r * 4 * UNITS + gate * UNITS;
            dot += (double) values[at + a] * values[at + b];
          }
          assertEquals(a == b ? 1 : 0, dot, 1e-6);
        }
      }
    }
    float[] closed =
        Layout.of(Lstm.of(UNITS).withForgetBias(0).parameters(Type.sequence(4, 3)))
            .initialValues(1);
    assertEquals(0, closed[bias.offset() + UNITS]);
  }

  @Test
  void theBenchmarksHaveTheirNumberOfParameters() {
    Type rows = Type.sequence(28, 28);
    assertEquals(80_384, Layout.of(Lstm.of(128).parameters(rows)).length());
    // PyTorch's count, which has both biases in every gate.
    assertEquals(60_672, Layout.of(Gru.of(128).parameters(rows)).length());
    assertEquals(
        60_288, Layout.of(Gru.of(128).withReset(Gru.Reset.BEFORE).parameters(rows)).length());
    assertEquals(20_096, Layout.of(SimpleRnn.of(128).parameters(rows)).length());
  }

  @Test
  void shapesAndLengthsThatDoNotFitAreRefused() {
    assertEquals(
        "expected a sequence (time, features), found shape 28×28×1; put reshape in front",
        refusal(() -> Lstm.of(3).output(Type.of(Shape.of(28, 28, 1)))));
    assertEquals(
        "expected an input of 784 elements for shape 28×28, found shape 8×8×1 of 64",
        refusal(() -> new Reshape(Shape.of(28, 28)).output(Type.of(Shape.of(8, 8, 1)))));
    assertEquals(
        "expected an output of one vector or of 8 steps for input 8×3, found shape 6×2",
        refusal(() -> new Bidirectional(Conv1d.of(2, 3)).output(Type.sequence(8, 3))));
    INDArray x = normal(INPUT.batch(1), 1);
    assertEquals(
        "expected a sequence of 1 to 4 steps, found length 0 in row 0 of the batch",
        refusal(() -> new Pass(Lstm.of(2), x, new int[] {0})));
    Layer shortened = Sequential.of(Conv1d.of(3, 2), Lstm.of(2));
    assertEquals(
        "lstm1: expected sequences of the steps that lengths are known for, found 3 steps made of them; no"
            + " layer in front may change their number or mix them",
        refusal(() -> shortened.output(new Type(INPUT, Time.RAGGED))));
  }

  private static String refusal(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }

  private static INDArray step(INDArray sequences, int row, int t) {
    return sequences.get(NDArrayIndex.point(row), NDArrayIndex.point(t));
  }

  private static INDArray cut(INDArray rows, int row) {
    return rows.get(NDArrayIndex.interval(row, row + 1)).dup('c');
  }

  private static INDArray cut(INDArray rows, int row, int length) {
    return rows.get(NDArrayIndex.interval(row, row + 1), NDArrayIndex.interval(0, length)).dup('c');
  }

  private static void close(INDArray expected, INDArray actual) {
    assertArrayEquals(expected.shape(), actual.shape());
    double off = expected.sub(actual).amaxNumber().doubleValue();
    assertTrue(off < 1e-5, () -> "off by " + off);
  }

  private static INDArray normal(long[] shape, long stream) {
    var random = CounterRandom.of(9, stream);
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.create(values, shape, 'c');
  }

  /** A training pass on random weights, whatever the number of steps. */
  private final class Pass {
    final INDArray x;
    final Value value;
    final Parameters parameters;
    final INDArray gradient;
    final INDArray output;
    private final Layer layer;
    private final Layout layout;
    private final Tape tape;

    Pass(Layer layer, INDArray x, int[] lengths) {
      this.layer = layer;
      this.x = x;
      value = new Value(x, lengths == null ? Time.FIXED : Time.RAGGED, lengths);
      layout = Layout.of(layer.parameters(value.type()));
      INDArray flat = normal(new long[] {Math.max(1, layout.length())}, 2).muli(0.7);
      gradient = flat.mul(0);
      INDArray state = Nd4j.zeros(DataType.FLOAT, 1);
      parameters = Parameters.of(flat, layout, state, Layout.of(List.of()));
      tape = Tape.training(kernels, 1, 0, 0, 0).wantInputGradient(true);
      output = layer.forward(value, parameters, tape).array();
    }

    List<String> names() {
      return layout.entries().stream().map(Layout.Entry::name).toList();
    }

    INDArray backward(INDArray dy) {
      INDArray state = Nd4j.zeros(DataType.FLOAT, 1);
      return layer.backward(
          dy, parameters, Parameters.of(gradient, layout, state, Layout.of(List.of())), tape);
    }
  }
}
