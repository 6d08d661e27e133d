package org.invar.nn;

import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The same values as one vector, row-major: (a, b, …) → (a·b·…). */
public record Flatten() implements Layer {
  @Override
  public Shape outputShape(Shape input) {
    return Shape.of(input.size());
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    tape.push(x);
    return x.reshape('c', x.size(0), -1);
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy.reshape('c', tape.pop().shape());
  }
}
