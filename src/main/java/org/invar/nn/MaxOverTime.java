package org.invar.nn;

import org.invar.kernel.Kernels.Pooling;
import org.invar.kernel.Window;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The largest value of each feature over time: (time, features) → (features). Where sequences have
 * lengths, padding does not count.
 */
public record MaxOverTime() implements Layer {
  private static final double LOWEST = -1e30;

  @Override
  public Type output(Type input) {
    Checks.ownSteps(input);
    return input.withShape(Shape.of(input.shape().get(1)));
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray steps = x.array();
    INDArray own = x.lengths() == null ? steps : Steps.of(x).padded(steps, LOWEST);
    INDArray image = own.reshape('c', steps.size(0), 1, steps.size(1), steps.size(2));
    INDArray largest = Pool.forward(Pooling.MAX, image, window(image), tape);
    return x.with(largest.reshape('c', steps.size(0), steps.size(2)));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    if (!tape.wantsInputGradient()) {
      return null;
    }
    INDArray upstream = dy.reshape('c', dy.size(0), 1, 1, dy.size(1));
    INDArray dx = Pool.backward(Pooling.MAX, upstream, image -> window(image), tape);
    return dx.reshape('c', dx.size(0), dx.size(2), dx.size(3));
  }

  private static Window window(INDArray image) {
    Size all = new Size(1, Math.toIntExact(image.size(2)));
    return new Window(all, all, Window.Padding.VALID);
  }
}
