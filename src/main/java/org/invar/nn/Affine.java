package org.invar.nn;

import java.util.function.Function;
import org.invar.kernel.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The activation behind an affine map: fused into it where backward needs only the output. */
final class Affine {
  private Affine() {}

  /** Computes the map and its activation, and pushes what the activation's backward needs. */
  static INDArray forward(Activation activation, Tape tape, Function<Activation, INDArray> map) {
    if (activation.needsInput()) {
      INDArray z = map.apply(Activation.IDENTITY);
      tape.push(z);
      return tape.kernels().activate(activation, z);
    }
    INDArray y = map.apply(activation);
    tape.push(y);
    return y;
  }

  /** Returns the part of the activation that is fused into the map: all of it or nothing. */
  static Activation fused(Activation activation) {
    return activation.needsInput() ? Activation.IDENTITY : activation;
  }

  /** Returns the gradient of the map's output, from that of the activation's. */
  static INDArray upstream(Activation activation, INDArray saved, INDArray dy, Tape tape) {
    return activation.needsInput() ? tape.kernels().activateGradient(activation, saved, dy) : dy;
  }
}
