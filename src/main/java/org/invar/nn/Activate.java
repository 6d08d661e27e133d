package org.invar.nn;

import org.invar.kernel.Activation;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An activation as a layer of its own, for example behind batch normalization; any shape.
 *
 * @param activation the function
 */
public record Activate(Activation activation) implements Layer {
  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray y = tape.kernels().activate(activation, x.array());
    tape.push(activation.needsInput() ? x.array() : y);
    return x.with(y);
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return tape.kernels().activateGradient(activation, tape.pop(), dy);
  }
}
