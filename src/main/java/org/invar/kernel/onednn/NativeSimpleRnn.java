package org.invar.kernel.onednn;

import org.invar.kernel.Cell;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link Cell.Kind#SIMPLE_RNN} in oneDNN's operations. */
final class NativeSimpleRnn extends NativeRecurrence {
  NativeSimpleRnn(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
  }

  @Override
  int more() {
    return 0;
  }

  @Override
  void forward(int t) {
    addRecurrent(state(0, t), 0, gate(0, t));
    vectors.tanh(gate(0, t), state(0, t + 1));
  }

  @Override
  void backward(int t, boolean last) {
    vectors.tanhGradient(state(0, t + 1), dState(0), dGate(0));
    if (!last) {
      backRecurrent(dGate(0), 0, true, dState(0));
    }
  }

  @Override
  void addRecurrentGradients(int t, Cell gradient) {
    addProduct(state(0, t), units, dGate(0), gradient.recurrentKernel(), 0);
  }
}
