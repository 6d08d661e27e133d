package org.invar.kernel.onednn;

import org.invar.kernel.Cell;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gated recurrent units in oneDNN's operations: they differ in what the reset gate is applied
 * to, a matrix of every step that is kept beside gates and hidden states.
 */
abstract class NativeGru extends NativeRecurrence {
  static final int RESET = 0;
  static final int UPDATE = 1;
  static final int CANDIDATE = 2;

  NativeGru(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
  }

  @Override
  final int more() {
    return time;
  }

  /** Adds what the reset state gives to the candidate's x·W + b of step t. */
  abstract void addReset(int t, long h, long candidate);

  @Override
  final void forward(int t) {
    long h = state(0, t);
    addRecurrent(h, RESET, gate(RESET, t));
    addRecurrent(h, UPDATE, gate(UPDATE, t));
    vectors.sigmoid(gate(RESET, t));
    vectors.sigmoid(gate(UPDATE, t));
    long candidate = gate(CANDIDATE, t);
    addReset(t, h, candidate);
    vectors.tanh(candidate, candidate);
    // h̃ + z ⊙ (h − h̃)
    long next = state(0, t + 1);
    vectors.subtract(h, candidate, next);
    vectors.multiply(gate(UPDATE, t), next, next);
    vectors.add(candidate, next, next);
  }

  /**
   * Goes back from the candidate's gradient to that of the reset gate, and of the state before the
   * step unless that is the last.
   *
   * @param direct the part of the state's gradient that passes the update gate
   * @param product a matrix to compute with
   */
  abstract void backReset(int t, boolean last, long dh, long direct, long product);

  @Override
  final void backward(int t, boolean last) {
    long dh = dState(0);
    long direct = temporary(0);
    long product = temporary(1);
    vectors.subtract(state(0, t), gate(CANDIDATE, t), product);
    vectors.multiply(dh, product, product);
    vectors.sigmoidGradient(gate(UPDATE, t), product, dGate(UPDATE));
    vectors.multiply(dh, gate(UPDATE, t), direct);
    vectors.subtract(dh, direct, product);
    vectors.tanhGradient(gate(CANDIDATE, t), product, dGate(CANDIDATE));
    backReset(t, last, dh, direct, product);
  }

  /** dh += what the reset and the update gate give. */
  final void backGates(long dh) {
    backRecurrent(dGate(RESET), RESET, false, dh);
    backRecurrent(dGate(UPDATE), UPDATE, false, dh);
  }
}
