package org.invar.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Cell.Kind#GRU_RESET_BEFORE}. */
final class PortableGruResetBefore extends PortableRecurrence {
  private static final int RESET = 0;
  private static final int UPDATE = 1;
  private static final int CANDIDATE = 2;

  PortableGruResetBefore(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    return gates;
  }

  @Override
  void step(Pass pass, int t) {
    INDArray before = pass.before(t);
    INDArray reset = pass.at(pass.gates(), RESET, t);
    INDArray update = pass.at(pass.gates(), UPDATE, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    multiply(before, RESET, reset, 1);
    multiply(before, UPDATE, update, 1);
    multiply(before.mul(sigmoid(reset)), CANDIDATE, candidate, 1);
    // h̃ + z ⊙ (h − h̃)
    before.subi(tanh(candidate), pass.behind(t)).muli(sigmoid(update)).addi(candidate);
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray reset = pass.at(pass.gates(), RESET, t);
    INDArray update = pass.at(pass.gates(), UPDATE, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    INDArray dReset = pass.at(dGates, RESET, t);
    INDArray dUpdate = pass.at(dGates, UPDATE, t);
    INDArray dCandidate = pass.at(dGates, CANDIDATE, t);
    INDArray before = pass.before(t);
    INDArray dh = dStates.slice(0);
    sigmoidGradient(update, before.subi(candidate, dUpdate).muli(dh));
    tanhGradient(candidate, update.rsubi(1, dCandidate).muli(dh));
    INDArray dKept = PortableKernels.array(dh, dh.shape());
    multiplyBack(dCandidate, CANDIDATE, dKept, 0);
    sigmoidGradient(reset, times(dKept, before, dReset));
    dh.muli(update).addi(dKept.muli(reset));
    multiplyBack(dReset, RESET, dh, 1);
    multiplyBack(dUpdate, UPDATE, dh, 1);
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
