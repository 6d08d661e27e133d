package org.invar.nn;

import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The same values in another shape, row-major: an image of one channel as a sequence of its rows,
 * for example.
 *
 * @param shape the shape of one example's output; it has as many elements as the input
 */
public record Reshape(Shape shape) implements Layer {
  @Override
  public Shape outputShape(Shape input) {
    if (input.size() != shape.size()) {
      throw new IllegalArgumentException(
          "expected an input of %d elements for shape %s, found shape %s of %d"
              .formatted(shape.size(), shape, input, input.size()));
    }
    return shape;
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    tape.push(x);
    return x.reshape('c', shape.batch(x.size(0)));
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy.reshape('c', tape.pop().shape());
  }
}
