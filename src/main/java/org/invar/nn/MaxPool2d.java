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
 * The largest value of each window: (height, width, channels) → (height', width', channels).
 *
 * @param size the window
 * @param stride its step
 * @param padding what happens at the border; padding never counts
 */
public record MaxPool2d(Size size, Size stride, Window.Padding padding) implements Layer {
  /** Returns pooling over windows side by side, without padding. */
  public static MaxPool2d of(Size size) {
    return new MaxPool2d(size, size, Window.Padding.VALID);
  }

  /** Returns this layer with that stride. */
  public MaxPool2d withStride(Size stride) {
    return new MaxPool2d(size, stride, padding);
  }

  /** Returns this layer with that padding. */
  public MaxPool2d withPadding(Window.Padding padding) {
    return new MaxPool2d(size, stride, padding);
  }

  @Override
  public Type output(Type input) {
    Size output = window().output(input.shape());
    return input.withShape(Shape.of(output.height(), output.width(), input.shape().get(2)));
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    return x.with(Pool.forward(Pooling.MAX, x.array(), window(), tape));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return tape.wantsInputGradient() ? Pool.backward(Pooling.MAX, dy, window(), tape) : null;
  }

  private Window window() {
    return new Window(size, stride, padding);
  }
}
