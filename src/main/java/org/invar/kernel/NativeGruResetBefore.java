package org.invar.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Cell.Kind#GRU_RESET_BEFORE} in oneDNN's operations; it keeps r ⊙ h beside gates and hidden
 * states.
 */
final class NativeGruResetBefore extends NativeRecurrence {
  private static final int RESET = 0;
  private static final int UPDATE = 1;
  private static final int CANDIDATE = 2;

  NativeGruResetBefore(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
  }

  @Override
  int more() {
    return time;
  }

  @Override
  void forward(int t) {
    long h = state(0, t);
    addRecurrent(h, RESET, gate(RESET, t));
    addRecurrent(h, UPDATE, gate(UPDATE, t));
    vectors.sigmoid(gate(RESET, t));
    vectors.sigmoid(gate(UPDATE, t));
    vectors.multiply(gate(RESET, t), h, kept(t));
    long candidate = gate(CANDIDATE, t);
    addRecurrent(kept(t), CANDIDATE, candidate);
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
    long direct = temporary(0);
    long product = temporary(1);
    vectors.subtract(state(0, t), gate(CANDIDATE, t), product);
    vectors.multiply(dh, product, product);
    vectors.sigmoidGradient(gate(UPDATE, t), product, dGate(UPDATE));
    vectors.multiply(dh, gate(UPDATE, t), direct);
    vectors.subtract(dh, direct, product);
    vectors.tanhGradient(gate(CANDIDATE, t), product, dGate(CANDIDATE));
    long dKept = dh;
    backRecurrent(dGate(CANDIDATE), CANDIDATE, true, dKept);
    vectors.multiply(dKept, state(0, t), product);
    vectors.sigmoidGradient(gate(RESET, t), product, dGate(RESET));
    if (!last) {
      vectors.multiply(dKept, gate(RESET, t), dh);
      vectors.add(dh, direct, dh);
      backRecurrent(dGate(RESET), RESET, false, dh);
      backRecurrent(dGate(UPDATE), UPDATE, false, dh);
    }
  }

  @Override
  void addRecurrentGradients(int t, Cell gradient) {
    for (int k = 0; k < gates; k++) {
      long before = k == CANDIDATE ? kept(t) : state(0, t);
      addProduct(before, units, dGate(k), gradient.recurrentKernel(), k);
    }
  }
}
