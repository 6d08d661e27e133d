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
 * activation(x ∗ kernel + bias) along time, a cross-correlation: (time, features) → (time',
 * filters).
 *
 * @param filters the number of output features
 * @param kernel the width of the window
 * @param stride its step
 * @param padding what happens at both ends
 * @param activation applied to the sum
 * @param initializer of the kernel [width, features, filters]
 * @param bias whether a bias [filters], starting at zero, is added
 */
public record Conv1d(
    int filters,
    int kernel,
    int stride,
    Window.Padding padding,
    Activation activation,
    Initializer initializer,
    boolean bias)
    implements Layer {
  /** Refuses fewer than one filter, and windows and steps below 1. */
  public Conv1d {
    Checks.positive("filters", filters);
    Checks.positive("kernel", kernel);
    Checks.positive("stride", stride);
  }

  /** Returns a linear convolution with stride 1, without padding, with bias, He-initialized. */
  public static Conv1d of(int filters, int kernel) {
    return new Conv1d(
        filters, kernel, 1, Window.Padding.VALID, Activation.IDENTITY, new Initializer.He(), true);
  }

  /** Returns this layer with that step. */
  public Conv1d withStride(int stride) {
    return new Conv1d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  /** Returns this layer with that padding. */
  public Conv1d withPadding(Window.Padding padding) {
    return new Conv1d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  /** Returns this layer with that activation. */
  public Conv1d withActivation(Activation activation) {
    return new Conv1d(filters, kernel, stride, padding, activation, initializer, bias);
  }

  @Override
  public Type output(Type input) {
    Checks.sequence(input);
    Size output = window().output(Shape.of(1, input.shape().get(0), input.shape().get(1)));
    return input.withShape(Shape.of(output.width(), filters));
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    specs.add(
        Layout.Spec.decayed(
            "kernel", Shape.of(kernel, input.shape().get(1), filters), initializer));
    if (bias) {
      specs.add(Layout.Spec.plain("bias", Shape.of(filters), new Initializer.Zeros()));
    }
    return specs;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray image = image(x.array());
    INDArray weights = flat(parameters.get("kernel"));
    INDArray offsets = bias ? parameters.get("bias") : null;
    tape.push(image);
    INDArray y =
        Affine.forward(
            activation,
            tape,
            fused -> tape.kernels().conv2d(image, weights, offsets, window(), fused));
    return x.with(y.reshape('c', y.size(0), y.size(2), y.size(3)));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    INDArray saved = tape.pop();
    INDArray x = tape.pop();
    INDArray dx =
        tape.kernels()
            .conv2dGradient(
                x,
                saved,
                Affine.upstream(activation, saved, image(dy), tape),
                flat(parameters.get("kernel")),
                window(),
                Affine.fused(activation),
                flat(gradient.get("kernel")),
                bias ? gradient.get("bias") : null,
                tape.wantsInputGradient());
    return dx == null ? null : dx.reshape('c', x.size(0), x.size(2), x.size(3));
  }

  /** A sequence is an image of height 1. */
  private static INDArray image(INDArray sequence) {
    return sequence.reshape('c', sequence.size(0), 1, sequence.size(1), sequence.size(2));
  }

  private static INDArray flat(INDArray weights) {
    return weights.reshape('c', 1, weights.size(0), weights.size(1), weights.size(2));
  }

  private Window window() {
    return new Window(new Size(1, kernel), new Size(1, stride), padding);
  }
}
