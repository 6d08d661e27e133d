package org.invar.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Cell.Kind#SIMPLE_RNN}. */
final class PortableSimpleRnn extends PortableRecurrence {
  PortableSimpleRnn(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    return gates;
  }

  @Override
  void step(Pass pass, int t) {
    INDArray z = pass.gates().slice(t);
    PortableKernels.matmul(pass.before(t), cell.recurrentKernel(), z, false, false, 1);
    tanh(z);
    pass.behind(t).assign(z);
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray dh = dStates.slice(0);
    dGates.assign(tanhGradient(pass.behind(t), dh));
    PortableKernels.matmul(dGates, cell.recurrentKernel(), dh, false, true, 0);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    PortableKernels.matmul(
        pass.allBefore(), flat(dGates), gradient.recurrentKernel(), true, false, 1);
  }
}
