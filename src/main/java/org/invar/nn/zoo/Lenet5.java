package org.invar.nn.zoo;

import java.util.List;
import org.invar.kernel.Activation;
import org.invar.kernel.Window.Padding;
import org.invar.nn.Conv2d;
import org.invar.nn.Dense;
import org.invar.nn.Flatten;
import org.invar.nn.Layer;
import org.invar.nn.MaxPool2d;
import org.invar.tensor.Initializer;
import org.invar.tensor.Size;

/**
 * LeNet-5 for 28×28 images (the first convolution pads them as the original's 32×32 border does):
 * LeCun, Bottou, Bengio, Haffner 1998, <a
 * href="https://doi.org/10.1109/5.726791">doi:10.1109/5.726791</a>; with max pooling and a linear
 * output as usual today.
 *
 * @param classes the number of outputs
 * @param activation tanh or sigmoid in the original
 * @param padding of the first convolution: same for 28×28 images, valid for 32×32
 */
public record Lenet5(int classes, Activation activation, Padding padding) implements Zoo {
  /** Returns the network for 28×28 images of ten classes, with tanh. */
  public static Lenet5 of() {
    return new Lenet5(10, Activation.TANH, Padding.SAME);
  }

  @Override
  public List<Layer> layers() {
    return List.of(
        convolution(6).withPadding(padding),
        MaxPool2d.of(Size.square(2)),
        convolution(16),
        MaxPool2d.of(Size.square(2)),
        new Flatten(),
        dense(120).withActivation(activation),
        dense(84).withActivation(activation),
        dense(classes));
  }

  private Conv2d convolution(int filters) {
    return Conv2d.of(filters, Size.square(5))
        .withActivation(activation)
        .withInitializer(new Initializer.GlorotUniform());
  }

  private static Dense dense(int units) {
    return Dense.of(units).withInitializer(new Initializer.GlorotUniform());
  }
}
