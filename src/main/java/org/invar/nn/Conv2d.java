package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.kernel.Activation;
import org.invar.kernel.Window;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * activation(x ∗ kernel + bias), a cross-correlation: (height, width, channels) → (height', width',
 * filters).
 *
 * @param filters the number of output channels
 * @param kernel height and width of the window
 * @param stride its step
 * @param padding what happens at the border
 * @param activation applied to the sum
 * @param initializer of the kernel [height, width, channels, filters]
 * @param bias whether a bias [filters], starting at zero, is added
 */
public record Conv2d(
    int filters,
    Size kernel,
    Size stride,
    Window.Padding padding,
    Activation activation,
    Initializer initializer,
    boolean bias)
    implements Layer {
  /** Refuses fewer than one filter. */
  public Conv2d {
    Checks.positive("filters", filters);
  }

  /** Returns a linear convolution with stride 1, without padding, with bias, He-initialized. */
  public static Conv2d of(int filters, Size kernel) {
    return new Conv2d(
        filters,
        kernel,
        Size.square(1),
        Window.Padding.VALID,
        Activation.IDENTITY,
        new Initializer.He(),
        true);
  }

  /** Returns this layer with that stride. */
  public Conv2d withStride(Size stride) {
    return new Conv2d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  /** Returns this layer with that padding. */
  public Conv2d withPadding(Window.Padding padding) {
    return new Conv2d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  /** Returns this layer with that activation. */
  public Conv2d withActivation(Activation activation) {
    return new Conv2d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  /** Returns this layer with that initializer. */
  public Conv2d withInitializer(Initializer initializer) {
    return new Conv2d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  /** Returns this layer with or without a bias. */
  public Conv2d withBias(boolean bias) {
    return new Conv2d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  @Override
  public Type output(Type input) {
    Size size = window().output(input.shape());
    return input.withShape(Shape.of(size.height(), size.width(), filters));
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    Shape shape = Shape.of(kernel.height(), kernel.width(), input.shape().get(2), filters);
    specs.add(Layout.Spec.decayed("kernel", shape, initializer));
    if (bias) {
      specs.add(Layout.Spec.plain("bias", Shape.of(filters), new Initializer.Zeros()));
    }
    return specs;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray weights = parameters.get("kernel");
    INDArray offsets = bias ? parameters.get("bias") : null;
    INDArray image = x.array();
    tape.push(image);
    return x.with(
        Affine.forward(
            activation,
            tape,
            fused -> tape.kernels().conv2d(image, weights, offsets, window(), fused)));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    INDArray saved = tape.pop();
    return tape.kernels()
        .conv2dGradient(
            tape.pop(),
            saved,
            Affine.upstream(activation, saved, dy, tape),
            parameters.get("kernel"),
            window(),
            Affine.fused(activation),
            gradient.get("kernel"),
            bias ? gradient.get("bias") : null,
            tape.wantsInputGradient());
  }

  private Window window() {
    return new Window(kernel, stride, padding);
  }
}
