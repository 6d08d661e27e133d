package org.invar.kernel.portable;

import java.util.Objects;
import org.invar.kernel.Cell;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The steps of {@link Cell.Kind#GRU_RESET_AFTER}; beside the rest it keeps the candidate's hU + b'
 * [time, rows, units].
 */
final class PortableGruResetAfter extends PortableGru {
  PortableGruResetAfter(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    long time = gates.size(0) / cell.kind().gates();
    return PortableKernels.array(gates, time, gates.size(1), gates.size(2));
  }

  @Override
  INDArray shifted(INDArray z, int k) {
    return z.addiRowVector(recurrentBias(cell, k));
  }

  @Override
  void addReset(Pass pass, int t, INDArray reset, INDArray candidate) {
    INDArray kept = pass.more().slice(t);
    multiply(pass.before(t), CANDIDATE, kept, 0);
    candidate.addi(shifted(kept, CANDIDATE).mul(reset));
  }

  @Override
  void backReset(Pass pass, int t, INDArray dGates, INDArray dh) {
    INDArray reset = pass.at(pass.gates(), RESET, t);
    INDArray dCandidate = pass.at(dGates, CANDIDATE, t);
    sigmoidGradient(reset, times(dCandidate, pass.more().slice(t), pass.at(dGates, RESET, t)));
    backGates(pass, t, dGates, dh);
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
