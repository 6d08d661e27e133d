package org.invar.kernel.onednn;

import java.util.Objects;
import org.invar.kernel.Cell;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link Cell.Kind#GRU_RESET_AFTER} in oneDNN's operations; it keeps hU + b' of the candidate. */
final class NativeGruResetAfter extends NativeGru {
  private long sums;

  NativeGruResetAfter(OneDnn library, Cell cell, INDArray x) {
    super(library, cell, x);
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
  void addReset(int t, long h, long candidate) {
    long bias = column(recurrentBias(cell), CANDIDATE);
    product(h, units, cell.recurrentKernel(), CANDIDATE, bias, kept(t));
    vectors.addProduct(gate(RESET, t), kept(t), candidate);
  }

  @Override
  void backReset(int t, boolean last, long dh, long direct, long product) {
    vectors.multiply(dGate(CANDIDATE), kept(t), product);
    vectors.sigmoidGradient(gate(RESET, t), product, dGate(RESET));
    vectors.multiply(dGate(CANDIDATE), gate(RESET, t), temporary(2));
    if (!last) {
      library.copy(direct, dh, step);
      backGates(dh);
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
