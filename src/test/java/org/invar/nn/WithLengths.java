package org.invar.nn;

import java.util.Arrays;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer over sequences whose rows end after 3 steps, 1 step, all steps, 2 steps. */
record WithLengths(Layer layer) implements Layer {
  @Override
  public Shape outputShape(Shape input) {
    return layer.outputShape(input);
  }

  @Override
  public List<Layout.Spec> parameters(Shape input) {
    return layer.parameters(input);
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    int time = (int) x.size(1);
    int[] all = {Math.min(3, time), 1, time, Math.min(2, time)};
    return layer.forward(
        x, parameters, tape.withLengths(Arrays.copyOf(all, (int) x.size(0)), time));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return layer.backward(dy, parameters, gradient, tape);
  }
}
