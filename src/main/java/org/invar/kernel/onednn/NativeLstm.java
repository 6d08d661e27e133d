package org.invar.kernel.onednn;

import org.invar.kernel.Cell;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link Cell.Kind#LSTM} in oneDNN's operations; it keeps the cells c of all steps and tanh c
 * beside gates and hidden states.
 */
final class NativeLstm extends NativeRecurrence {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int OUTPUT = 2;
  private static final int CANDIDATE = 3;

  NativeLstm(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
  }

  @Override
  int more() {
    return 2 * time + 1;
  }

  @Override
  long state(int i, int t) {
    return i == 0 ? super.state(0, t) : kept(t);
  }

  private long squashed(int t) {
    return kept(time + 1 + t);
  }

  @Override
  void forward(int t) {
    for (int k = 0; k < gates; k++) {
      addRecurrent(state(0, t), k, gate(k, t));
    }
    vectors.sigmoid(gate(INPUT, t));
    vectors.sigmoid(gate(FORGET, t));
    vectors.sigmoid(gate(OUTPUT, t));
    vectors.tanh(gate(CANDIDATE, t), gate(CANDIDATE, t));
    long c = state(1, t + 1);
    vectors.multiply(gate(FORGET, t), state(1, t), c);
    vectors.addProduct(gate(INPUT, t), gate(CANDIDATE, t), c);
    vectors.tanh(c, squashed(t));
    vectors.multiply(gate(OUTPUT, t), squashed(t), state(0, t + 1));
  }

  @Override
  void backward(int t, boolean last) {
    long dh = dState(0);
    long dc = dState(1);
    long product = temporary(0);
    vectors.multiply(dh, squashed(t), product);
    vectors.sigmoidGradient(gate(OUTPUT, t), product, dGate(OUTPUT));
    vectors.multiply(dh, gate(OUTPUT, t), product);
    vectors.tanhGradient(squashed(t), product, product);
    vectors.add(dc, product, dc);
    vectors.multiply(dc, gate(CANDIDATE, t), product);
    vectors.sigmoidGradient(gate(INPUT, t), product, dGate(INPUT));
    vectors.multiply(dc, state(1, t), product);
    vectors.sigmoidGradient(gate(FORGET, t), product, dGate(FORGET));
    vectors.multiply(dc, gate(INPUT, t), product);
    vectors.tanhGradient(gate(CANDIDATE, t), product, dGate(CANDIDATE));
    if (!last) {
      vectors.multiply(dc, gate(FORGET, t), dc);
      for (int k = 0; k < gates; k++) {
        backRecurrent(dGate(k), k, k == 0, dh);
      }
    }
  }

  @Override
  void addRecurrentGradients(int t, Cell gradient) {
    for (int k = 0; k < gates; k++) {
      addProduct(state(0, t), units, dGate(k), gradient.recurrentKernel(), k);
    }
  }
}
