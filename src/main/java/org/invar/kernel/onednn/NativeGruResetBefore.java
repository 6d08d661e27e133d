package org.invar.kernel.onednn;

import org.invar.kernel.Cell;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link Cell.Kind#GRU_RESET_BEFORE} in oneDNN's operations; it keeps r ⊙ h. */
final class NativeGruResetBefore extends NativeGru {
  NativeGruResetBefore(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
  }

  @Override
  void addReset(int t, long h, long candidate) {
    vectors.multiply(gate(RESET, t), h, kept(t));
    addRecurrent(kept(t), CANDIDATE, candidate);
  }

  @Override
  void backReset(int t, boolean last, long dh, long direct, long product) {
    long dKept = dh;
    backRecurrent(dGate(CANDIDATE), CANDIDATE, true, dKept);
    vectors.multiply(dKept, state(0, t), product);
    vectors.sigmoidGradient(gate(RESET, t), product, dGate(RESET));
    if (!last) {
      vectors.multiply(dKept, gate(RESET, t), dh);
      vectors.add(dh, direct, dh);
      backGates(dh);
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
