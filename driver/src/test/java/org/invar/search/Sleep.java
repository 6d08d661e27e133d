package org.invar.search;

import java.util.concurrent.CancellationException;
import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that changes nothing and sleeps in every pass, until it is interrupted.
 *
 * @param seconds how long
 */
public record Sleep(int seconds) implements Layer {
  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    try {
      Thread.sleep(1000L * seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while it slept");
    }
    return x;
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy;
  }
}
