package org.invar.nn;

import org.invar.kernel.Activation;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An activation as a layer of its own, for example behind batch normalization; any shape.
 *
 * @param activation the function
 */
public record Activate(Activation activation) implements Layer {
  @Override
  public Shape outputShape(Shape input) {
    return input;
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    INDArray y = tape.kernels().activate(activation, x);
    tape.push(activation.needsInput() ? x : y);
    return y;
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return tape.kernels().activateGradient(activation, tape.pop(), dy);
  }
}
