package org.invar.kernel.portable;

import org.invar.kernel.Activation;
import org.invar.kernel.Cell;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of {@link Cell.Kind#LSTM}; beside the rest it keeps c [time + 1, rows, units]. */
final class PortableLstm extends PortableRecurrence {
  private static final int INPUT = 0;
  private static final int FORGET = 1;
  private static final int OUTPUT = 2;
  private static final int CANDIDATE = 3;

  PortableLstm(Cell cell) {
    super(cell);
  }

  @Override
  INDArray more(INDArray gates, @Nullable INDArray initial) {
    long time = gates.size(0) / cell.kind().gates();
    INDArray cells = PortableKernels.array(gates, time + 1, gates.size(1), gates.size(2));
    start(cells, initial, 1);
    return cells;
  }

  @Override
  void step(Pass pass, int t) {
    INDArray[] z = new INDArray[cell.kind().gates()];
    for (int k = 0; k < z.length; k++) {
      z[k] = pass.at(pass.gates(), k, t);
      multiply(pass.before(t), k, z[k], 1);
      PortableActivations.activate(
          k == CANDIDATE ? Activation.TANH : Activation.SIGMOID, z[k], z[k]);
    }
    INDArray c = times(z[INPUT], z[CANDIDATE], pass.more().slice(t + 1));
    c.addi(z[FORGET].mul(pass.more().slice(t)));
    PortableActivations.activate(Activation.TANH, c, pass.behind(t)).muli(z[OUTPUT]);
  }

  @Override
  void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray input = pass.at(pass.gates(), INPUT, t);
    INDArray forget = pass.at(pass.gates(), FORGET, t);
    INDArray output = pass.at(pass.gates(), OUTPUT, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    INDArray squashed = tanh(pass.more().slice(t + 1).dup('c'));
    INDArray dh = dStates.slice(0);
    INDArray dc = dStates.slice(1);
    sigmoidGradient(output, times(dh, squashed, pass.at(dGates, OUTPUT, t)));
    dc.addi(tanhGradient(squashed, dh.mul(output)));
    sigmoidGradient(input, times(dc, candidate, pass.at(dGates, INPUT, t)));
    sigmoidGradient(forget, times(dc, pass.more().slice(t), pass.at(dGates, FORGET, t)));
    tanhGradient(candidate, times(dc, input, pass.at(dGates, CANDIDATE, t)));
    dc.muli(forget);
    for (int k = 0; k < cell.kind().gates(); k++) {
      multiplyBack(pass.at(dGates, k, t), k, dh, k == 0 ? 0 : 1);
    }
  }

  @Override
  void addRecurrentGradients(Pass pass, INDArray dGates, Cell gradient) {
    addBlocks(gradient.recurrentKernel(), k -> product(pass.allBefore(), pass.all(dGates, k)));
  }
}
