package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.kernel.Cell;
import org.invar.kernel.Recurrence;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What the recurrent layers share: (time, features) → (time, units), or (units) behind the last.
 */
sealed interface Recurrent extends Layer permits Gru, Lstm, SimpleRnn {
  /** Returns the length of the hidden state. */
  int units();

  /** Returns whether the output is the hidden state behind every step. */
  boolean returnSequences();

  /** Returns the formula of a step. */
  Cell.Kind cellKind();

  @Override
  default Type output(Type input) {
    Checks.ownSteps(input);
    return input.withShape(
        returnSequences() ? Shape.of(input.shape().get(0), units()) : Shape.of(units()));
  }

  /**
   * Returns the inputs by steps, gates, states and outputs of all steps, and the layer's output.
   */
  @Override
  default long valuesPerRow(Type input) {
    Cell.Kind kind = cellKind();
    long step = input.shape().get(1) + (kind.gates() + kind.states() + 2L) * units();
    return input.shape().get(0) * step + output(input).shape().size();
  }

  @Override
  default Value forward(Value x, Parameters parameters, Tape tape) {
    return forward(cell(cellKind(), parameters), returnSequences(), x, tape);
  }

  @Override
  default @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    Cell cell = cell(cellKind(), parameters);
    return backward(cell, cell(cellKind(), gradient), returnSequences(), dy, tape);
  }

  /** Returns the tensors of a cell; every gate's part of a kernel is initialized for itself. */
  static List<Layout.Spec> parameters(
      Cell.Kind kind,
      Type input,
      int units,
      Initializer initializer,
      Initializer recurrentInitializer,
      Initializer bias) {
    int columns = columns(kind, units);
    List<Layout.Spec> specs = new ArrayList<>();
    specs.add(
        Layout.Spec.decayed(
            "kernel", Shape.of(input.shape().get(1), columns), eachGate(kind, initializer)));
    specs.add(
        Layout.Spec.decayed(
            "recurrentKernel", Shape.of(units, columns), eachGate(kind, recurrentInitializer)));
    specs.add(Layout.Spec.plain("bias", Shape.of(columns), bias));
    if (kind == Cell.Kind.GRU_RESET_AFTER) {
      specs.add(Layout.Spec.plain("recurrentBias", Shape.of(columns), new Initializer.Zeros()));
    }
    return specs;
  }

  private static int columns(Cell.Kind kind, int units) {
    int most = Integer.MAX_VALUE / kind.gates();
    if (units > most) {
      throw new IllegalArgumentException(
          "expected at most " + most + " units for " + kind.gates() + " gates, found " + units);
    }
    return kind.gates() * units;
  }

  private static Initializer eachGate(Cell.Kind kind, Initializer initializer) {
    return Initializer.Blocks.alike(kind.gates(), initializer);
  }

  /** Returns the views of a layer's entries, or of their gradients. */
  static Cell cell(Cell.Kind kind, Parameters parameters) {
    return new Cell(
        kind,
        parameters.get("kernel"),
        parameters.get("recurrentKernel"),
        parameters.get("bias"),
        kind == Cell.Kind.GRU_RESET_AFTER ? parameters.get("recurrentBias") : null);
  }

  /** Runs the cell from a state of zeros; padding gets outputs of zero. */
  static Value forward(Cell cell, boolean returnSequences, Value x, Tape tape) {
    Recurrence pass = tape.kernels().recurrent(cell, x.array(), null, tape.training());
    tape.push(x);
    tape.push(pass.outputs());
    tape.pushAll(pass.saved());
    if (!returnSequences) {
      return x.with(Steps.of(x).last(pass.outputs()));
    }
    return x.with(
        x.lengths() == null ? pass.outputs() : Steps.of(x).withoutPadding(pass.outputs()));
  }

  /** Adds the cell's gradient; padding gets and has a gradient of zero. */
  static @Nullable INDArray backward(
      Cell cell, Cell gradient, boolean returnSequences, INDArray dy, Tape tape) {
    List<INDArray> saved = tape.popAll();
    Recurrence pass = new Recurrence(tape.pop(), saved);
    Value x = tape.popValue();
    INDArray upstream = dy;
    if (!returnSequences) {
      upstream = Steps.of(x).onlyLast(dy);
    } else if (x.lengths() != null) {
      upstream = Steps.of(x).withoutPadding(dy);
    }
    return tape.kernels()
        .recurrentGradient(
            cell, x.array(), null, pass, upstream, gradient, null, tape.wantsInputGradient());
  }

  /** Returns a copy of the cell with one gate's sign changed in all arrays. */
  static Cell negated(Cell cell, int gate) {
    return new Cell(
        cell.kind(),
        negated(cell.kernel(), cell, gate),
        negated(cell.recurrentKernel(), cell, gate),
        negated(cell.bias(), cell, gate),
        cell.recurrentBias() == null ? null : negated(cell.recurrentBias(), cell, gate));
  }

  private static INDArray negated(INDArray array, Cell cell, int gate) {
    INDArray copy = array.dup('c');
    long from = gate * cell.units();
    INDArray columns = copy.reshape('c', -1, copy.size(-1));
    columns.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + cell.units())).negi();
    return copy;
  }

  /** Returns a cell of the same shapes that is all zero. */
  static Cell zeros(Cell cell) {
    return new Cell(
        cell.kind(),
        zeros(cell.kernel()),
        zeros(cell.recurrentKernel()),
        zeros(cell.bias()),
        cell.recurrentBias() == null ? null : zeros(cell.recurrentBias()));
  }

  private static INDArray zeros(INDArray array) {
    return Nd4j.zeros(array.dataType(), array.shape());
  }

  /** Adds the arrays of one cell to those of another. */
  static void add(Cell cell, Cell to) {
    to.kernel().addi(cell.kernel());
    to.recurrentKernel().addi(cell.recurrentKernel());
    to.bias().addi(cell.bias());
    if (to.recurrentBias() != null && cell.recurrentBias() != null) {
      to.recurrentBias().addi(cell.recurrentBias());
    }
  }
}
