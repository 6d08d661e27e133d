package org.invar.kernel.onednn;

import java.util.List;
import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.invar.kernel.Recurrence;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Recurrent passes in oneDNN's products and element-wise operations: what the kinds of cells have
 * in common.
 *
 * <p>Every gate of every step is a matrix [rows, units] of its own, and those of a gate lie one
 * behind another: [gates, time, rows, units]. So a gate's activation is one call. All that belongs
 * to a step is computed while its matrices are in a core's own memory.
 */
abstract class NativeRecurrence {
  /** Pieces of the library's scratch memory. */
  private static final int UPSTREAM = Scratch.FREE;

  private static final int GATES = UPSTREAM + 1;
  private static final int STATES = UPSTREAM + 2;
  private static final int INPUTS = UPSTREAM + 3;
  private static final int BIASES = UPSTREAM + 4;
  private static final int TRANSPOSED = UPSTREAM + 5;

  final OneDnn library;
  final MatrixProducts products;
  final NativeVectors vectors;
  final Cell cell;
  final long rows;
  final int time;
  final long features;
  final long units;
  final int gates;

  /** The floats of one step of one gate or state. */
  final long step;

  private long memory;

  NativeRecurrence(OneDnn library, Cell cell, INDArray x) {
    this.library = library;
    this.products = library.products();
    this.cell = cell;
    this.rows = x.size(0);
    this.time = Math.toIntExact(x.size(1));
    this.features = x.size(2);
    this.units = cell.units();
    this.gates = cell.kind().gates();
    this.step = rows * units;
    this.vectors = new NativeVectors(library, step);
  }

  static NativeRecurrence of(OneDnn library, Cell cell, INDArray x) {
    require(cell, x.size(2), "");
    return switch (cell.kind()) {
      case SIMPLE_RNN -> new NativeSimpleRnn(library, cell, x);
      case LSTM -> new NativeLstm(library, cell, x);
      case GRU_RESET_BEFORE -> new NativeGruResetBefore(library, cell, x);
      case GRU_RESET_AFTER -> new NativeGruResetAfter(library, cell, x);
    };
  }

  /**
   * Refuses arrays that do not fit, and those whose gates' columns are not where {@link #column}
   * looks.
   *
   * @param what behind their names
   */
  private static void require(Cell cell, long features, String what) {
    long columns = cell.kind().gates() * cell.units();
    requireDense("kernel" + what, cell.kernel(), features, columns);
    requireDense("recurrent kernel" + what, cell.recurrentKernel(), cell.units(), columns);
    requireDense("bias" + what, cell.bias(), columns);
    requireDense("recurrent bias" + what, cell.recurrentBias(), columns);
  }

  private static void requireDense(String name, @Nullable INDArray array, long... shape) {
    FloatArrays.require(name, array, shape);
    FloatArrays.requireDense(name, array);
  }

  /** Returns how many matrices [rows, units] the kind keeps beside gates and hidden states. */
  abstract int more();

  /** Makes of x·W + b in the gates of step t the gates themselves, and of them the next state. */
  abstract void forward(int t);

  /**
   * Goes back over step t: from the gradient of the states behind it to the gradient of x·W + b and
   * of the states before it.
   *
   * @param last whether the states before it are the first ones and nobody reads their gradient
   */
  abstract void backward(int t, boolean last);

  /** Adds the gradients of what multiplies or shifts the hidden state, at step t. */
  abstract void addRecurrentGradients(int t, Cell gradient);

  final Recurrence forward(INDArray x, @Nullable INDArray initial, boolean remember) {
    FloatArrays.require("state", initial, cell.kind().states(), rows, units);
    long floats = time * rows * features + (time + 1 + (long) gates * time + more()) * step;
    INDArray saved = FloatArrays.create(floats);
    memory = library.address(saved);
    Reorders.swapped(library, rows, time, features).execute(library.address(x), memory);
    for (int i = 0; i < cell.kind().states(); i++) {
      start(state(i, 0), initial == null ? null : initial.slice(i));
    }
    for (int t = 0; t < time; t++) {
      for (int k = 0; k < gates; k++) {
        product(input(t), features, cell.kernel(), k, bias(k), gate(k, t));
      }
      forward(t);
    }
    INDArray outputs = FloatArrays.create(rows, time, units);
    Reorders.swapped(library, time, rows, units).execute(state(0, 1), library.address(outputs));
    return new Recurrence(outputs, remember ? List.of(saved) : List.of());
  }

  final @Nullable INDArray backward(
      Recurrence forward,
      INDArray dy,
      Cell gradient,
      @Nullable INDArray initialGradient,
      boolean inputGradient) {
    require(gradient, features, "'s gradient");
    FloatArrays.require("gradient", dy, rows, time, units);
    FloatArrays.require("state's gradient", initialGradient, cell.kind().states(), rows, units);
    memory = library.address(forward.saved().get(0));
    long upstream = library.scratch().at(UPSTREAM, time * step);
    Reorders.swapped(library, rows, time, units).execute(library.address(dy), upstream);
    for (int i = 0; i < cell.kind().states(); i++) {
      library.clear(dState(i), step);
    }
    for (int k = 0; k < gates; k++) {
      Reorders.transposed(library, units, units, gates * units)
          .execute(column(cell.recurrentKernel(), k), transposed(k));
    }
    long dx = inputGradient ? library.scratch().at(INPUTS, time * rows * features) : 0;
    for (int t = time - 1; t >= 0; t--) {
      vectors.add(dState(0), upstream + bytes(t * step), dState(0));
      backward(t, t == 0 && initialGradient == null);
      addGradients(t, gradient);
      if (inputGradient) {
        inputGradient(dx + bytes(t * rows * features));
      }
    }
    if (initialGradient != null) {
      for (int i = 0; i < cell.kind().states(); i++) {
        long target = library.target(initialGradient.slice(i));
        vectors.add(target, dState(i), target);
      }
    }
    if (!inputGradient) {
      return null;
    }
    INDArray result = FloatArrays.create(rows, time, features);
    Reorders.swapped(library, time, rows, features).execute(dx, library.address(result));
    return result;
  }

  private void addGradients(int t, Cell gradient) {
    for (int k = 0; k < gates; k++) {
      addProduct(input(t), features, dGate(k), gradient.kernel(), k);
      addBias(dGate(k), gradient.bias(), k);
    }
    addRecurrentGradients(t, gradient);
  }

  private void inputGradient(long dx) {
    for (int k = 0; k < gates; k++) {
      products.gemm(
          false,
          true,
          rows,
          features,
          units,
          dGate(k),
          column(cell.kernel(), k),
          gates * units,
          k == 0 ? 0 : 1,
          dx,
          features);
    }
  }

  /** Gate k's columns of a kernel's gradient += aᵀ · dz, of one step. */
  final void addProduct(long a, long columns, long dz, INDArray gradient, int k) {
    products.gemm(
        true, false, columns, units, rows, a, dz, units, 1, column(gradient, k), gates * units);
  }

  /** Gate k's part of a bias's gradient += the sum of dz over the rows, of one step. */
  final void addBias(long dz, INDArray gradient, int k) {
    products.addColumnSums(rows, units, dz, column(gradient, k));
  }

  /** z += h · U, for gate k. */
  final void addRecurrent(long h, int k, long z) {
    recurrent(h, column(cell.recurrentKernel(), k), gates * units, 1, z);
  }

  /** dh += dz · Uᵀ, for gate k; the first replaces it. */
  final void backRecurrent(long dz, int k, boolean first, long dh) {
    recurrent(dz, transposed(k), units, first ? 0 : 1, dh);
  }

  private void recurrent(long a, long kernel, long stride, float beta, long c) {
    products.gemm(false, false, rows, units, units, a, kernel, stride, beta, c, units);
  }

  /** Returns the address of Uᵀ of gate k: a product with it is faster than one that transposes. */
  private long transposed(int k) {
    return library.scratch().at(TRANSPOSED, gates * units * units) + bytes(k * units * units);
  }

  /** z = a · kernel + bias, for gate k. */
  final void product(long a, long in, INDArray kernel, int k, long bias, long z) {
    products
        .compiled(
            new MatrixProducts.Product(
                rows, in, units, gates * units, false, true, Activation.IDENTITY))
        .execute(a, column(kernel, k), z, bias);
  }

  /** Returns the bias that gate k has at every step. */
  long bias(int k) {
    return column(cell.bias(), k);
  }

  /** Returns where the sums of two biases are, of all gates. */
  final long sums(INDArray bias, INDArray recurrentBias) {
    long target = library.scratch().at(BIASES, gates * units);
    new NativeVectors(library, gates * units)
        .add(column(bias, 0), column(recurrentBias, 0), target);
    return target;
  }

  /** Returns the address of the input of step t. */
  private long input(int t) {
    return memory + bytes(t * rows * features);
  }

  /** Returns the address of gate k at step t. */
  final long gate(int k, int t) {
    return memory + bytes(time * rows * features + (time + 1 + (long) k * time + t) * step);
  }

  /** Returns the address of state i before step t. */
  long state(int i, int t) {
    if (i != 0) {
      throw new IllegalArgumentException(cell.kind() + " has no state " + i);
    }
    return memory + bytes(time * rows * features + t * step);
  }

  /** Returns the address of what the kind keeps beside gates and hidden states. */
  final long kept(int index) {
    return gate(gates, 0) + bytes(index * step);
  }

  /** Returns the address of the gradient of gate k at the step that is gone back over. */
  final long dGate(int k) {
    return library.scratch().at(GATES, gates * step) + bytes(k * step);
  }

  /** Returns the address of the gradient of state i. */
  final long dState(int i) {
    return library.scratch().at(STATES, 5 * step) + bytes(i * step);
  }

  /** Returns the address of one of three matrices that a step may use. */
  final long temporary(int i) {
    return dState(cell.kind().states() + i);
  }

  /** Returns the address of gate k's first column. */
  final long column(INDArray array, int k) {
    return library.address(array) + bytes(k * units);
  }

  private void start(long state, @Nullable INDArray initial) {
    if (initial == null) {
      library.clear(state, step);
    } else {
      library.copy(library.address(initial), state, step);
    }
  }

  static long bytes(long floats) {
    return floats * Float.BYTES;
  }
}
