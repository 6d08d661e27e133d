package org.invar.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Recurrent passes in ND4J operations: what the kinds of cells have in common.
 *
 * <p>Inside, time is the first axis, so that a step is one piece of memory and all steps are one
 * matrix: the inputs of all steps are multiplied at once, and so are the gradients of the kernels.
 */
abstract class PortableRecurrence {
  /**
   * The arrays of a forward pass.
   *
   * @param inputs [time, rows, features]
   * @param states the hidden states before the first and behind every step [time + 1, rows, units]
   * @param gates all gates behind their activations [time, rows, gates·units]
   * @param more what a kind needs beyond that
   */
  record Pass(INDArray inputs, INDArray states, INDArray gates, INDArray more) {
    /** Returns h before step t. */
    INDArray before(int t) {
      return states.slice(t);
    }

    /** Returns h behind step t. */
    INDArray behind(int t) {
      return states.slice(t + 1);
    }

    /** Returns h before every step, as one matrix [time·rows, units]. */
    INDArray allBefore() {
      return flat(states.get(NDArrayIndex.interval(0, gates.size(0))));
    }

    List<INDArray> arrays() {
      return List.of(inputs, states, gates, more);
    }
  }

  final Cell cell;
  private final long units;

  PortableRecurrence(Cell cell) {
    this.cell = cell;
    this.units = cell.units();
  }

  static PortableRecurrence of(Cell cell) {
    return switch (cell.kind()) {
      case SIMPLE_RNN -> new PortableSimpleRnn(cell);
      case LSTM -> new PortableLstm(cell);
      case GRU_RESET_BEFORE -> new PortableGruResetBefore(cell);
      case GRU_RESET_AFTER -> new PortableGruResetAfter(cell);
    };
  }

  /** Returns room for what the kind keeps beside gates and hidden states. */
  abstract INDArray more(INDArray gates, @Nullable INDArray initial);

  /** Makes of x·W + b in the gates of step t the gates themselves, and of them the next state. */
  abstract void step(Pass pass, int t);

  /**
   * Goes back over step t.
   *
   * @param dStates the gradient of the states behind the step [states, rows, units], changed into
   *     that of the states before it
   * @param dGates takes the gradient of x·W + b [rows, gates·units]
   */
  abstract void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates);

  /** Adds the gradients of what multiplies or shifts the hidden state, from those of all gates. */
  abstract void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient);

  final Recurrence forward(INDArray x, @Nullable INDArray initial, boolean remember) {
    long rows = x.size(0);
    int time = Math.toIntExact(x.size(1));
    INDArray inputs = timeAndRowsSwapped(x);
    INDArray gates = PortableKernels.array(x, time, rows, cell.kernel().size(1));
    PortableKernels.matmul(flat(inputs), cell.kernel(), flat(gates), false, false, 0);
    flat(gates).addiRowVector(cell.bias());
    INDArray states = PortableKernels.array(x, time + 1, rows, units);
    start(states, initial, 0);
    Pass pass = new Pass(inputs, states, gates, more(gates, initial));
    for (int t = 0; t < time; t++) {
      step(pass, t);
    }
    INDArray outputs = timeAndRowsSwapped(states.get(NDArrayIndex.interval(1, time + 1)));
    return new Recurrence(outputs, remember ? pass.arrays() : List.of());
  }

  final @Nullable INDArray backward(
      Recurrence forward,
      INDArray dy,
      Cell gradient,
      @Nullable INDArray initialGradient,
      boolean inputGradient) {
    List<INDArray> saved = forward.saved();
    Pass pass = new Pass(saved.get(0), saved.get(1), saved.get(2), saved.get(3));
    INDArray upstream = timeAndRowsSwapped(dy);
    INDArray dGates = PortableKernels.array(dy, pass.gates().shape());
    INDArray dStates = PortableKernels.array(dy, cell.kind().states(), dy.size(0), units).assign(0);
    for (int t = Math.toIntExact(dy.size(1)) - 1; t >= 0; t--) {
      dStates.slice(0).addi(upstream.slice(t));
      stepBack(pass, t, dStates, dGates.slice(t));
    }
    if (initialGradient != null) {
      initialGradient.addi(dStates);
    }
    PortableKernels.matmul(flat(pass.inputs()), flat(dGates), gradient.kernel(), true, false, 1);
    PortableKernels.addColumnSums(flat(dGates), gradient.bias());
    addRecurrentGradients(pass, dGates, gradient);
    return inputGradient ? inputGradient(pass.inputs(), dGates) : null;
  }

  private INDArray inputGradient(INDArray inputs, INDArray dGates) {
    INDArray dx = PortableKernels.array(inputs, inputs.shape());
    PortableKernels.matmul(flat(dGates), cell.kernel(), flat(dx), false, true, 0);
    return timeAndRowsSwapped(dx);
  }

  /** Returns the columns of gates [from, to), as a view. */
  final INDArray columns(INDArray matrix, int from, int to) {
    return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(from * units, to * units));
  }

  /** Sets the first of the states of all steps. */
  static void start(INDArray states, @Nullable INDArray initial, int which) {
    if (initial == null) {
      states.slice(0).assign(0);
    } else {
      states.slice(0).assign(initial.slice(which));
    }
  }

  static void sigmoid(INDArray z) {
    PortableKernels.activateInto(Activation.SIGMOID, z, z);
  }

  static void tanh(INDArray z) {
    PortableKernels.activateInto(Activation.TANH, z, z);
  }

  /** Returns y (1 − y) dy. */
  static INDArray sigmoidGradient(INDArray y, INDArray dy) {
    return y.rsub(1).muli(y).muli(dy);
  }

  /** Returns (1 − y²) dy. */
  static INDArray tanhGradient(INDArray y, INDArray dy) {
    return y.mul(y).rsubi(1).muli(dy);
  }

  /** Returns all steps as the rows of one matrix. */
  static INDArray flat(INDArray steps) {
    return steps.reshape('c', -1, steps.size(2));
  }

  private static INDArray timeAndRowsSwapped(INDArray sequences) {
    return sequences.permute(1, 0, 2).dup('c');
  }
}
