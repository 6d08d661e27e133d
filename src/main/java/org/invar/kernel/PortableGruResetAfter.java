package org.invar.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The steps of {@link Cell.Kind#GRU_RESET_AFTER}; beside the rest it keeps the candidate's hU + b'
 * [time, rows, units].
 */
final class PortableGruResetAfter extends PortableRecurrence {
  private static final int RESET = 0;
  private static final int UPDATE = 1;
  private static final int CANDIDATE = 2;

  PortableGruResetAfter(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    long time = gates.size(0) / cell.kind().gates();
    return PortableKernels.array(gates, time, gates.size(1), gates.size(2));
  }

  @Override
  void step(Pass pass, int t) {
    INDArray before = pass.before(t);
    INDArray reset = pass.at(pass.gates(), RESET, t);
    INDArray update = pass.at(pass.gates(), UPDATE, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    INDArray kept = pass.more().slice(t);
    multiply(before, RESET, reset, 1);
    multiply(before, UPDATE, update, 1);
    multiply(before, CANDIDATE, kept, 0);
    sigmoid(reset.addiRowVector(recurrentBias(cell, RESET)));
    sigmoid(update.addiRowVector(recurrentBias(cell, UPDATE)));
    kept.addiRowVector(recurrentBias(cell, CANDIDATE));
    tanh(candidate.addi(kept.mul(reset)));
    // h̃ + z ⊙ (h − h̃)
    before.subi(candidate, pass.behind(t)).muli(update).addi(candidate);
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray reset = pass.at(pass.gates(), RESET, t);
    INDArray update = pass.at(pass.gates(), UPDATE, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    INDArray dReset = pass.at(dGates, RESET, t);
    INDArray dUpdate = pass.at(dGates, UPDATE, t);
    INDArray dCandidate = pass.at(dGates, CANDIDATE, t);
    INDArray dh = dStates.slice(0);
    sigmoidGradient(update, pass.before(t).subi(candidate, dUpdate).muli(dh));
    tanhGradient(candidate, update.rsubi(1, dCandidate).muli(dh));
    sigmoidGradient(reset, times(dCandidate, pass.more().slice(t), dReset));
    dh.muli(update);
    multiplyBack(dReset, RESET, dh, 1);
    multiplyBack(dUpdate, UPDATE, dh, 1);
    multiplyBack(dCandidate.mul(reset), CANDIDATE, dh, 1);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    INDArray before = pass.allBefore();
    INDArray dKept = pass.all(dGates, CANDIDATE).mul(pass.all(pass.gates(), RESET));
    addBlocks(
        gradient.recurrentKernel(),
        k -> product(before, k == CANDIDATE ? dKept : pass.all(dGates, k)));
    for (int k = 0; k < cell.kind().gates(); k++) {
      PortableKernels.addColumnSums(
          k == CANDIDATE ? dKept : pass.all(dGates, k), recurrentBias(gradient, k));
    }
  }

  private INDArray recurrentBias(Cell cell, int k) {
    return block(Objects.requireNonNull(cell.recurrentBias()), k);
  }
}
