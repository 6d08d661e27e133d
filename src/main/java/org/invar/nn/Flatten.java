package org.invar.nn;

import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The same values as one vector, row-major: (a, b, …) → (a·b·…). */
public record Flatten() implements Layer {
  @Override
  public Type output(Type input) {
    return input.withShape(Shape.of(input.shape().size()));
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    tape.push(x.array());
    return x.with(x.array().reshape('c', x.array().size(0), -1));
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy.reshape('c', tape.pop().shape());
  }
}
