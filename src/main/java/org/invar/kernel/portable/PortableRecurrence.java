package org.invar.kernel.portable;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Recurrence;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Recurrent passes in ND4J operations: what the kinds of cells have in common.
 *
 * <p>Inside, gates come first and time second, so that a gate of a step is one piece of memory
 * (ND4J is many times slower on columns of a matrix) and all steps of a gate are one matrix: the
 * inputs of all steps are multiplied at once, and so are the gradients of the kernels.
 */
abstract class PortableRecurrence {
  /**
   * The arrays of a forward pass.
   *
   * @param inputs [time, rows, features]
   * @param states the hidden states before the first and behind every step [time + 1, rows, units]
   * @param gates behind their activations, gate by gate [gates·time, rows, units]
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
      return flat(states.get(NDArrayIndex.interval(0, inputs.size(0))));
    }

    /** Returns gate k of step t [rows, units], of the gates or of their gradients. */
    INDArray at(INDArray ofGates, int k, int t) {
      return ofGates.slice(k * inputs.size(0) + t);
    }

    /** Returns gate k of all steps as one matrix [time·rows, units]. */
    INDArray all(INDArray ofGates, int k) {
      long time = inputs.size(0);
      return flat(ofGates.get(NDArrayIndex.interval(k * time, (k + 1) * time)));
    }

    List<INDArray> arrays() {
      return List.of(inputs, states, gates, more);
    }
  }

  final Cell cell;
  private final long units;
  private final int gates;
  private final INDArray[] kernels;
  private final INDArray[] recurrentKernels;

  PortableRecurrence(Cell cell) {
    this.cell = cell;
    this.units = cell.units();
    this.gates = cell.kind().gates();
    this.kernels = blocks(cell.kernel());
    this.recurrentKernels = blocks(cell.recurrentKernel());
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
   * @param dGates takes the gradients of x·W + b at step t, as the pass's gates
   */
  abstract void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates);

  /** Adds the gradients of what multiplies or shifts the hidden state, from those of all gates. */
  abstract void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient);

  final Recurrence forward(INDArray x, @Nullable INDArray initial, boolean remember) {
    long rows = x.size(0);
    int time = Math.toIntExact(x.size(1));
    INDArray states = PortableKernels.array(x, time + 1, rows, units);
    start(states, initial, 0);
    INDArray z = PortableKernels.array(x, gates * x.size(1), rows, units);
    Pass pass = new Pass(timeAndRowsSwapped(x), states, z, z);
    for (int k = 0; k < gates; k++) {
      INDArray gate = pass.all(z, k);
      PortableKernels.matmul(flat(pass.inputs()), kernels[k], gate, false, false, 0);
      gate.addiRowVector(block(cell.bias(), k));
    }
    pass = new Pass(pass.inputs(), states, z, more(z, initial));
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
      stepBack(pass, t, dStates, dGates);
    }
    if (initialGradient != null) {
      initialGradient.addi(dStates);
    }
    INDArray inputs = flat(pass.inputs());
    addBlocks(gradient.kernel(), k -> product(inputs, pass.all(dGates, k)));
    for (int k = 0; k < gates; k++) {
      PortableKernels.addColumnSums(pass.all(dGates, k), block(gradient.bias(), k));
    }
    addRecurrentGradients(pass, dGates, gradient);
    return inputGradient ? inputGradient(pass, dGates) : null;
  }

  private INDArray inputGradient(Pass pass, INDArray dGates) {
    INDArray dx = PortableKernels.array(dGates, pass.inputs().shape());
    for (int k = 0; k < gates; k++) {
      int onto = k == 0 ? 0 : 1;
      PortableKernels.matmul(pass.all(dGates, k), kernels[k], flat(dx), false, true, onto);
    }
    return timeAndRowsSwapped(dx);
  }

  /** sum = h · U of gate k + onto · sum. */
  final void multiply(INDArray h, int k, INDArray sum, double onto) {
    PortableKernels.matmul(h, recurrentKernels[k], sum, false, false, onto);
  }

  /** dh = dz · Uᵀ of gate k + onto · dh. */
  final void multiplyBack(INDArray dz, int k, INDArray dh, double onto) {
    PortableKernels.matmul(dz, recurrentKernels[k], dh, false, true, onto);
  }

  /** Returns aᵀ · b. */
  static INDArray product(INDArray a, INDArray b) {
    INDArray product = PortableKernels.array(a, a.size(1), b.size(1));
    PortableKernels.matmul(a, b, product, true, false, 0);
    return product;
  }

  /** Adds each gate's part of a kernel's gradient. */
  final void addBlocks(INDArray gradient, IntFunction<INDArray> gate) {
    gradient.addi(
        Nd4j.concat(1, IntStream.range(0, gates).mapToObj(gate).toArray(INDArray[]::new)));
  }

  /** Returns gate k's part of a bias, as a view. */
  final INDArray block(INDArray bias, int k) {
    return bias.get(NDArrayIndex.interval(k * units, (k + 1) * units));
  }

  private INDArray[] blocks(INDArray kernel) {
    INDArray[] blocks = new INDArray[gates];
    for (int k = 0; k < gates; k++) {
      var columns = NDArrayIndex.interval(k * units, (k + 1) * units);
      blocks[k] = kernel.get(NDArrayIndex.all(), columns).dup('c');
    }
    return blocks;
  }

  /** Sets the first of the states of all steps. */
  static void start(INDArray states, @Nullable INDArray initial, int which) {
    if (initial == null) {
      states.slice(0).assign(0);
    } else {
      states.slice(0).assign(initial.slice(which));
    }
  }

  static INDArray sigmoid(INDArray z) {
    return PortableActivations.activate(Activation.SIGMOID, z, z);
  }

  static INDArray tanh(INDArray z) {
    return PortableActivations.activate(Activation.TANH, z, z);
  }

  /** Changes dy into y (1 − y) dy. */
  static void sigmoidGradient(INDArray y, INDArray dy) {
    dy.muli(y).muli(y.rsub(1));
  }

  /** Changes dy into (1 − y²) dy. */
  static INDArray tanhGradient(INDArray y, INDArray dy) {
    return dy.muli(y.mul(y).rsubi(1));
  }

  /** Sets result = a ⊙ b and returns it. */
  static INDArray times(INDArray a, INDArray b, INDArray result) {
    return a.muli(b, result);
  }

  /** Returns all steps as the rows of one matrix. */
  static INDArray flat(INDArray steps) {
    return steps.reshape('c', -1, steps.size(2));
  }

  private static INDArray timeAndRowsSwapped(INDArray sequences) {
    return sequences.permute(1, 0, 2).dup('c');
  }
}
