package org.invar.nn;

import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The same values in another shape, row-major: an image of one channel as a sequence of its rows,
 * for example. Whatever is given two axes is a sequence (time, features); of ragged ones the
 * lengths stay while the first axis does.
 *
 * @param shape the shape of one example's output; it has as many elements as the input
 */
public record Reshape(Shape shape) implements Layer {
  @Override
  public Type output(Type input) {
    if (input.shape().size() != shape.size()) {
      throw new IllegalArgumentException(
          "expected an input of %d elements for shape %s, found shape %s of %d"
              .formatted(shape.size(), shape, input.shape(), input.shape().size()));
    }
    Type made = input.withShape(shape);
    return becomesSequence(made.time()) ? new Type(shape, Time.FIXED) : made;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    tape.push(x.array());
    INDArray y = x.array().reshape('c', shape.batch(x.array().size(0)));
    Value made = x.with(y);
    return becomesSequence(made.time()) ? new Value(y, Time.FIXED, null) : made;
  }

  private boolean becomesSequence(Time made) {
    return made == Time.NONE && shape.rank() == 2;
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy.reshape('c', tape.pop().shape());
  }
}
