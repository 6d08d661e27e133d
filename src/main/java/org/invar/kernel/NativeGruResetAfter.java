package org.invar.kernel;

import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Cell.Kind#GRU_RESET_AFTER} in oneDNN's operations; it keeps hU + b' of the candidate
 * beside gates and hidden states.
 */
final class NativeGruResetAfter extends NativeRecurrence {
  private static final int RESET = 0;
  private static final int UPDATE = 1;
  private static final int CANDIDATE = 2;

  private long sums;

  NativeGruResetAfter(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
  }

  @Override
  int more() {
    return time;
  }

  /** Reset and update have both biases from the start; the candidate's second one is reset. */
  @Override
  long bias(int k) {
    if (k == CANDIDATE) {
      return super.bias(k);
    }
    if (sums == 0) {
      sums = sums(cell.bias(), recurrentBias(cell));
    }
    return sums + bytes(k * units);
  }

  @Override
  void forward(int t) {
    long h = state(0, t);
    addRecurrent(h, RESET, gate(RESET, t));
    addRecurrent(h, UPDATE, gate(UPDATE, t));
    vectors.sigmoid(gate(RESET, t));
    vectors.sigmoid(gate(UPDATE, t));
    product(
        h,
        units,
        cell.recurrentKernel(),
        CANDIDATE,
        column(recurrentBias(cell), CANDIDATE),
        kept(t));
    long candidate = gate(CANDIDATE, t);
    vectors.addProduct(gate(RESET, t), kept(t), candidate);
    vectors.tanh(candidate, candidate);
    // h̃ + z ⊙ (h − h̃)
    long next = state(0, t + 1);
    vectors.subtract(h, candidate, next);
    vectors.multiply(gate(UPDATE, t), next, next);
    vectors.add(candidate, next, next);
  }

  @Override
  void backward(int t, boolean last) {
    long dh = dState(0);
    long kept = temporary(0);
    long product = temporary(1);
    vectors.subtract(state(0, t), gate(CANDIDATE, t), product);
    vectors.multiply(dh, product, product);
    vectors.sigmoidGradient(gate(UPDATE, t), product, dGate(UPDATE));
    vectors.multiply(dh, gate(UPDATE, t), kept);
    vectors.subtract(dh, kept, product);
    vectors.tanhGradient(gate(CANDIDATE, t), product, dGate(CANDIDATE));
    vectors.multiply(dGate(CANDIDATE), kept(t), product);
    vectors.sigmoidGradient(gate(RESET, t), product, dGate(RESET));
    vectors.multiply(dGate(CANDIDATE), gate(RESET, t), temporary(2));
    if (!last) {
      library.copy(kept, dh, step);
      backRecurrent(dGate(RESET), RESET, false, dh);
      backRecurrent(dGate(UPDATE), UPDATE, false, dh);
      backRecurrent(temporary(2), CANDIDATE, false, dh);
    }
  }

  @Override
  void addRecurrentGradients(int t, Cell gradient) {
    for (int k = 0; k < gates; k++) {
      long dz = k == CANDIDATE ? temporary(2) : dGate(k);
      addProduct(state(0, t), units, dz, gradient.recurrentKernel(), k);
      addBias(dz, recurrentBias(gradient), k);
    }
  }

  private static INDArray recurrentBias(Cell cell) {
    return Objects.requireNonNull(cell.recurrentBias());
  }
}
