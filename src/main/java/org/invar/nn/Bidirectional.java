package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A layer over sequences and a second copy of it over the reversed sequences, their outputs joined
 * along the last axis: Schuster, Paliwal 1997, DOI 10.1109/78.650093. The copies are named {@code
 * forward} and {@code backward} and have weights of their own.
 *
 * <p>Outputs that are sequences are joined step by step, the second's turned round again. Padding
 * stays behind each row's own steps in both directions.
 *
 * @param layer from (time, features) to (time, units) or (units)
 */
public record Bidirectional(Layer layer) implements Layer {
  private static final String FORWARD = "forward";
  private static final String BACKWARD = "backward";

  @Override
  public Shape outputShape(Shape input) {
    Checks.sequence(input);
    Shape output = Children.outputShape(FORWARD, layer, input);
    if (output.rank() == 1) {
      return Shape.of(2 * output.get(0));
    }
    if (output.rank() != 2 || output.get(0) != input.get(0)) {
      throw new IllegalArgumentException(
          "expected an output of one vector or of "
              + input.get(0)
              + " steps for input "
              + input
              + ", found shape "
              + output);
    }
    return Shape.of(output.get(0), 2 * output.get(1));
  }

  @Override
  public List<Layout.Spec> parameters(Shape input) {
    return both(layer.parameters(input));
  }

  @Override
  public List<Layout.Spec> state(Shape input) {
    return both(layer.state(input));
  }

  private static List<Layout.Spec> both(List<Layout.Spec> specs) {
    List<Layout.Spec> both = new ArrayList<>(Children.inside(FORWARD, specs));
    both.addAll(Children.inside(BACKWARD, specs));
    return both;
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    Steps steps = Steps.of(x, tape);
    INDArray there = layer.forward(x, parameters.scope(FORWARD), tape.scope(FORWARD));
    INDArray back =
        layer.forward(steps.reversed(x), parameters.scope(BACKWARD), tape.scope(BACKWARD));
    tape.push(x);
    INDArray inOrder = back.rank() == 3 ? steps.reversed(back) : back;
    return Nd4j.concat(there.rank() - 1, there, inOrder);
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    Steps steps = Steps.of(tape.pop(), tape);
    INDArray dBack = half(dy, 1);
    INDArray dxBack =
        backward(
            BACKWARD, dy.rank() == 3 ? steps.reversed(dBack) : dBack, parameters, gradient, tape);
    INDArray dx = backward(FORWARD, half(dy, 0), parameters, gradient, tape);
    return dx == null || dxBack == null ? null : steps.reversed(dxBack).addi(dx);
  }

  private @Nullable INDArray backward(
      String name, INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    Tape scope = tape.scope(name).wantInputGradient(tape.wantsInputGradient());
    return layer.backward(dy, parameters.scope(name), gradient.scope(name), scope);
  }

  private static INDArray half(INDArray joined, int which) {
    long units = joined.size(-1) / 2;
    INDArrayIndex part = NDArrayIndex.interval(which * units, (which + 1) * units);
    INDArrayIndex all = NDArrayIndex.all();
    INDArray view = joined.rank() == 3 ? joined.get(all, all, part) : joined.get(all, part);
    return view.dup('c');
  }

  @Override
  public long valuesPerRow(Shape input) {
    return 2 * layer.valuesPerRow(input) + input.size() + 2L * outputShape(input).size();
  }

  @Override
  public int leastRows(Shape input) {
    return layer.leastRows(input);
  }
}
