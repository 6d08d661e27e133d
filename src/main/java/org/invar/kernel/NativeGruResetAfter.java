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
    return k == CANDIDATE ? super.bias(k) : sum(cell.bias(), recurrentBias(cell), k);
  }

  @Override
  void forward(int t) {
    long h = state(0, t);
    addRecurrent(h, RESET, gate(RESET, t));
    addRecurrent(h, UPDATE, gate(UPDATE, t));
    vectors.sigmoid(gate(RESET, t));
    vectors.sigmoid(gate(UPDATE, t));
    recurrentWithBias(h, CANDIDATE, kept(t), column(recurrentBias(cell), CANDIDATE));
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
    vectors.sigmoidGradient(gate(UPDATE, t), product, dGate(UPDATE, t));
    vectors.multiply(dh, gate(UPDATE, t), kept);
    vectors.subtract(dh, kept, product);
    vectors.tanhGradient(gate(CANDIDATE, t), product, dGate(CANDIDATE, t));
    vectors.multiply(dGate(CANDIDATE, t), kept(t), product);
    vectors.sigmoidGradient(gate(RESET, t), product, dGate(RESET, t));
    vectors.multiply(dGate(CANDIDATE, t), gate(RESET, t), dMore(t));
    if (!last) {
      library.copy(kept, dh, step);
      backRecurrent(dGate(RESET, t), RESET, false, dh);
      backRecurrent(dGate(UPDATE, t), UPDATE, false, dh);
      backRecurrent(dMore(t), CANDIDATE, false, dh);
    }
  }

  @Override
  void addRecurrentGradients(Cell gradient) {
    for (int k = 0; k < gates; k++) {
      long dz = k == CANDIDATE ? dMore(0) : dGate(k, 0);
      addProduct(state(0, 0), units, dz, gradient.recurrentKernel(), k);
      library.addColumnSums(time * rows, units, dz, column(recurrentBias(gradient), k));
    }
  }

  private static INDArray recurrentBias(Cell cell) {
    return Objects.requireNonNull(cell.recurrentBias());
  }
}
