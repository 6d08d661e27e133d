package org.invar.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Cell.Kind#GRU_RESET_BEFORE}. */
final class PortableGruResetBefore extends PortableRecurrence {
  private final INDArray gateKernel;
  private final INDArray candidateKernel;

  PortableGruResetBefore(Cell cell) {
    super(cell);
    this.gateKernel = columns(cell.recurrentKernel(), 0, 2).dup('c');
    this.candidateKernel = columns(cell.recurrentKernel(), 2, 3).dup('c');
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    return gates;
  }

  @Override
  void step(Pass pass, int t) {
    INDArray z = pass.gates().slice(t);
    INDArray before = pass.before(t);
    INDArray both = columns(z, 0, 2);
    INDArray candidate = columns(z, 2, 3);
    PortableKernels.matmul(before, gateKernel, both, false, false, 1);
    sigmoid(both);
    INDArray kept = before.mul(columns(z, 0, 1));
    PortableKernels.matmul(kept, candidateKernel, candidate, false, false, 1);
    tanh(candidate);
    // h̃ + z ⊙ (h − h̃)
    pass.behind(t).assign(before).subi(candidate).muli(columns(z, 1, 2)).addi(candidate);
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray z = pass.gates().slice(t);
    INDArray reset = columns(z, 0, 1);
    INDArray update = columns(z, 1, 2);
    INDArray candidate = columns(z, 2, 3);
    INDArray before = pass.before(t);
    INDArray dh = dStates.slice(0);
    columns(dGates, 1, 2).assign(sigmoidGradient(update, before.sub(candidate).muli(dh)));
    columns(dGates, 2, 3).assign(tanhGradient(candidate, update.rsub(1).muli(dh)));
    INDArray dKept = PortableKernels.array(dh, dh.shape());
    PortableKernels.matmul(columns(dGates, 2, 3), candidateKernel, dKept, false, true, 0);
    columns(dGates, 0, 1).assign(sigmoidGradient(reset, dKept.mul(before)));
    dh.muli(update).addi(dKept.muli(reset));
    PortableKernels.matmul(columns(dGates, 0, 2), gateKernel, dh, false, true, 1);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    INDArray before = pass.allBefore();
    INDArray gates = PortableKernels.array(before, gateKernel.shape());
    PortableKernels.matmul(before, columns(flat(dGates), 0, 2), gates, true, false, 0);
    columns(gradient.recurrentKernel(), 0, 2).addi(gates);
    INDArray kept = before.mul(columns(flat(pass.gates()), 0, 1));
    INDArray candidate = PortableKernels.array(before, candidateKernel.shape());
    PortableKernels.matmul(kept, columns(flat(dGates), 2, 3), candidate, true, false, 0);
    columns(gradient.recurrentKernel(), 2, 3).addi(candidate);
  }
}
