package org.invar.train;

import org.invar.nn.Layer;
import org.invar.nn.Tape;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that changes nothing and finds no memory.
 *
 * @param where {@code heap}, {@code javacpp}, {@code nd4j} or {@code inside}, behind another
 *     failure
 */
public record Hungry(String where) implements Layer {
  @Override
  public Type output(Type input) {
    return input;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    switch (where) {
      case "javacpp" ->
          throw new OutOfMemoryError(
              "Physical memory usage is too high: physicalBytes (9G) > maxPhysicalBytes (8G)");
      case "nd4j" -> throw new RuntimeException("Allocation failed: [no memory for 9 GB]");
      case "inside" ->
          throw new IllegalStateException(new OutOfMemoryError("Direct buffer memory"));
      default -> throw new OutOfMemoryError("Java heap space");
    }
  }

  @Override
  public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return dy;
  }
}
