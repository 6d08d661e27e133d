package org.invar.nn;

import java.util.function.Function;
import org.invar.kernel.Kernels.Pooled;
import org.invar.kernel.Kernels.Pooling;
import org.invar.kernel.Window;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What all layers that pool windows have in common: what they remember on the tape. */
final class Pool {
  private Pool() {}

  /** Pools and pushes what {@link #backward} pops. */
  static INDArray forward(Pooling pooling, INDArray x, Window window, Tape tape) {
    Pooled pooled = tape.kernels().pool2d(pooling, x, window);
    tape.push(x);
    tape.push(pooled.memory());
    return pooled.output();
  }

  /** Returns the gradient of the pooled image. */
  static INDArray backward(Pooling pooling, INDArray dy, Window window, Tape tape) {
    return backward(pooling, dy, image -> window, tape);
  }

  /** Returns the gradient of the pooled image, whose window follows from it. */
  static INDArray backward(
      Pooling pooling, INDArray dy, Function<INDArray, Window> window, Tape tape) {
    INDArray memory = tape.pop();
    INDArray x = tape.pop();
    return tape.kernels().pool2dGradient(pooling, x, memory, dy, window.apply(x));
  }
}
