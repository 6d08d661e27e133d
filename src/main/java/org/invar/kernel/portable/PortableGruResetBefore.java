package org.invar.kernel.portable;

import org.invar.kernel.Cell;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Cell.Kind#GRU_RESET_BEFORE}. */
final class PortableGruResetBefore extends PortableGru {
  PortableGruResetBefore(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    return gates;
  }

  @Override
  INDArray shifted(INDArray z, int k) {
    return z;
  }

  @Override
  void addReset(Pass pass, int t, INDArray reset, INDArray candidate) {
    multiply(pass.before(t).mul(reset), CANDIDATE, candidate, 1);
  }

  @Override
  void backReset(Pass pass, int t, INDArray dGates, INDArray dh) {
    INDArray reset = pass.at(pass.gates(), RESET, t);
    INDArray dKept = PortableKernels.array(dh, dh.shape());
    multiplyBack(pass.at(dGates, CANDIDATE, t), CANDIDATE, dKept, 0);
    sigmoidGradient(reset, times(dKept, pass.before(t), pass.at(dGates, RESET, t)));
    dh.addi(dKept.muli(reset));
    backGates(pass, t, dGates, dh);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    INDArray before = pass.allBefore();
    INDArray kept = before.mul(pass.all(pass.gates(), RESET));
    addBlocks(
        gradient.recurrentKernel(),
        k -> product(k == CANDIDATE ? kept : before, pass.all(dGates, k)));
  }
}
