package org.invar.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The steps of {@link Cell.Kind#GRU_RESET_AFTER}; beside the rest it keeps the candidate's hU + b'
 * [time, rows, units].
 */
final class PortableGruResetAfter extends PortableRecurrence {
  PortableGruResetAfter(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    return PortableKernels.array(gates, gates.size(0), gates.size(1), cell.units());
  }

  @Override
  void step(Pass pass, int t) {
    INDArray z = pass.gates().slice(t);
    INDArray before = pass.before(t);
    INDArray both = columns(z, 0, 2);
    INDArray candidate = columns(z, 2, 3);
    INDArray recurrent = PortableKernels.array(z, z.shape());
    PortableKernels.matmul(before, cell.recurrentKernel(), recurrent, false, false, 0);
    recurrent.addiRowVector(recurrentBias(cell));
    sigmoid(both.addi(columns(recurrent, 0, 2)));
    INDArray kept = pass.more().slice(t).assign(columns(recurrent, 2, 3));
    tanh(candidate.addi(kept.mul(columns(z, 0, 1))));
    // h̃ + z ⊙ (h − h̃)
    pass.behind(t).assign(before).subi(candidate).muli(columns(z, 1, 2)).addi(candidate);
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray z = pass.gates().slice(t);
    INDArray update = columns(z, 1, 2);
    INDArray candidate = columns(z, 2, 3);
    INDArray dh = dStates.slice(0);
    INDArray change = pass.before(t).sub(candidate);
    columns(dGates, 1, 2).assign(sigmoidGradient(update, change.muli(dh)));
    INDArray dCandidate = tanhGradient(candidate, update.rsub(1).muli(dh));
    columns(dGates, 2, 3).assign(dCandidate);
    INDArray dReset = dCandidate.mul(pass.more().slice(t));
    columns(dGates, 0, 1).assign(sigmoidGradient(columns(z, 0, 1), dReset));
    dh.muli(update);
    INDArray dRecurrent = ofRecurrent(z, dGates);
    PortableKernels.matmul(dRecurrent, cell.recurrentKernel(), dh, false, true, 1);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    INDArray dRecurrent = ofRecurrent(flat(pass.gates()), flat(dGates));
    PortableKernels.matmul(
        pass.allBefore(), dRecurrent, gradient.recurrentKernel(), true, false, 1);
    PortableKernels.addColumnSums(dRecurrent, recurrentBias(gradient));
  }

  /** Returns the gradient of hU + b', of one step or of all: the candidate's is reset first. */
  private INDArray ofRecurrent(INDArray gates, INDArray dGates) {
    INDArray dRecurrent = dGates.dup('c');
    columns(dRecurrent, 2, 3).muli(columns(gates, 0, 1));
    return dRecurrent;
  }

  private static INDArray recurrentBias(Cell cell) {
    return Objects.requireNonNull(cell.recurrentBias());
  }
}
