package org.invar.nn;

import org.invar.kernel.Kernels.Pooling;
import org.invar.kernel.Window;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of each channel over the whole image: (height, width, channels) → (channels). */
public record GlobalAveragePool2d() implements Layer {
  @Override
  public Type output(Type input) {
    Shape image = input.shape();
    window(image).output(image);
    return input.withShape(Shape.of(image.get(2)));
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray image = x.array();
    INDArray means = Pool.forward(Pooling.AVERAGE, image, window(image), tape);
    return x.with(means.reshape('c', image.size(0), image.size(3)));
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    INDArray upstream = dy.reshape('c', dy.size(0), 1, 1, dy.size(1));
    return Pool.backward(Pooling.AVERAGE, upstream, image -> window(image), tape);
  }

  private static Window window(INDArray x) {
    return window(Shape.of((int) x.size(1), (int) x.size(2), (int) x.size(3)));
  }

  private static Window window(Shape image) {
    if (image.rank() != 3) {
      throw new IllegalArgumentException(
          "expected an image (height, width, channels), found shape " + image);
    }
    Size all = new Size(image.get(0), image.get(1));
    return new Window(all, all, Window.Padding.VALID);
  }
}
