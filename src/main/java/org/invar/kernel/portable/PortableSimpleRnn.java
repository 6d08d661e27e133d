package org.invar.kernel.portable;

import org.invar.kernel.Cell;
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
    INDArray z = pass.at(pass.gates(), 0, t);
    multiply(pass.before(t), 0, z, 1);
    pass.behind(t).assign(tanh(z));
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray dh = dStates.slice(0);
    INDArray dz = pass.at(dGates, 0, t);
    dz.assign(tanhGradient(pass.behind(t), dh));
    multiplyBack(dz, 0, dh, 0);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    addBlocks(gradient.recurrentKernel(), k -> product(pass.allBefore(), pass.all(dGates, k)));
  }
}
