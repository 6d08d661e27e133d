package org.invar.nn;

import java.util.Arrays;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer over sequences whose rows end after 3 steps, 1 step, all steps, 2 steps. */
record WithLengths(Layer layer) implements Layer {
  @Override
  public Type output(Type input) {
    return layer.output(ragged(input));
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    return layer.parameters(ragged(input));
  }

  @Override
  public List<Layout.Spec> state(Type input) {
    return layer.state(ragged(input));
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    int time = (int) x.array().size(1);
    int[] all = {Math.min(3, time), 1, time, Math.min(2, time)};
    int[] lengths = Arrays.copyOf(all, (int) x.array().size(0));
    return layer.forward(new Value(x.array(), Time.RAGGED, lengths), parameters, tape);
  }

  private static Type ragged(Type input) {
    return new Type(input.shape(), Time.RAGGED);
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    return layer.backward(dy, parameters, gradient, tape);
  }
}
