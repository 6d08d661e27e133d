package org.invar.kernel.portable;

import org.invar.kernel.Cell;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The steps of the gated recurrent units: they differ in what the reset gate is applied to. */
abstract class PortableGru extends PortableRecurrence {
  static final int RESET = 0;
  static final int UPDATE = 1;
  static final int CANDIDATE = 2;

  PortableGru(Cell cell) {
    super(cell);
  }

  /** Adds the second bias of gate k, where there is one, and returns z. */
  abstract INDArray shifted(INDArray z, int k);

  /** Adds what the reset state gives to the candidate's x·W + b of step t. */
  abstract void addReset(Pass pass, int t, INDArray reset, INDArray candidate);

  @Override
  final void step(Pass pass, int t) {
    INDArray reset = opened(pass, RESET, t);
    INDArray update = opened(pass, UPDATE, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    addReset(pass, t, reset, candidate);
    // h̃ + z ⊙ (h − h̃)
    pass.before(t).subi(tanh(candidate), pass.behind(t)).muli(update).addi(candidate);
  }

  private INDArray opened(Pass pass, int k, int t) {
    INDArray gate = pass.at(pass.gates(), k, t);
    multiply(pass.before(t), k, gate, 1);
    return sigmoid(shifted(gate, k));
  }

  /**
   * Goes back from the candidate's gradient to that of the reset gate, and of the state before the
   * step.
   *
   * @param dh the part of the state's gradient that passes the update gate; the rest is added
   */
  abstract void backReset(Pass pass, int t, INDArray dGates, INDArray dh);

  @Override
  final void stepBack(Pass pass, int t, INDArray dStates, INDArray dGates) {
    INDArray update = pass.at(pass.gates(), UPDATE, t);
    INDArray candidate = pass.at(pass.gates(), CANDIDATE, t);
    INDArray dh = dStates.slice(0);
    INDArray dUpdate = pass.before(t).subi(candidate, pass.at(dGates, UPDATE, t));
    sigmoidGradient(update, dUpdate.muli(dh));
    tanhGradient(candidate, update.rsubi(1, pass.at(dGates, CANDIDATE, t)).muli(dh));
    dh.muli(update);
    backReset(pass, t, dGates, dh);
  }

  /** dh += what the reset and the update gate give. */
  final void backGates(Pass pass, int t, INDArray dGates, INDArray dh) {
    multiplyBack(pass.at(dGates, RESET, t), RESET, dh, 1);
    multiplyBack(pass.at(dGates, UPDATE, t), UPDATE, dh, 1);
  }
}
