package org.invar.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Cell.Kind#LSTM}; beside the rest it keeps c [time + 1, rows, units]. */
final class PortableLstm extends PortableRecurrence {
  PortableLstm(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    INDArray cells = PortableKernels.array(gates, gates.size(0) + 1, gates.size(1), cell.units());
    start(cells, initial, 1);
    return cells;
  }

  @Override
  void step(Pass pass, int t) {
    INDArray z = pass.gates().slice(t);
    PortableKernels.matmul(pass.before(t), cell.recurrentKernel(), z, false, false, 1);
    sigmoid(columns(z, 0, 3));
    tanh(columns(z, 3, 4));
    INDArray c = pass.more().slice(t + 1);
    c.assign(columns(z, 0, 1)).muli(columns(z, 3, 4));
    c.addi(columns(z, 1, 2).mul(pass.more().slice(t)));
    PortableKernels.activateInto(Activation.TANH, c, pass.behind(t)).muli(columns(z, 2, 3));
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray z = pass.gates().slice(t);
    INDArray input = columns(z, 0, 1);
    INDArray forget = columns(z, 1, 2);
    INDArray output = columns(z, 2, 3);
    INDArray candidate = columns(z, 3, 4);
    INDArray squashed = pass.more().slice(t + 1).dup('c');
    tanh(squashed);
    INDArray dh = dStates.slice(0);
    INDArray dc = dStates.slice(1);
    columns(dGates, 2, 3).assign(sigmoidGradient(output, dh.mul(squashed)));
    dc.addi(tanhGradient(squashed, dh.mul(output)));
    columns(dGates, 0, 1).assign(sigmoidGradient(input, dc.mul(candidate)));
    columns(dGates, 1, 2).assign(sigmoidGradient(forget, dc.mul(pass.more().slice(t))));
    columns(dGates, 3, 4).assign(tanhGradient(candidate, dc.mul(input)));
    dc.muli(forget);
    PortableKernels.matmul(dGates, cell.recurrentKernel(), dh, false, true, 0);
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    PortableKernels.matmul(
        pass.allBefore(), flat(dGates), gradient.recurrentKernel(), true, false, 1);
  }
}
