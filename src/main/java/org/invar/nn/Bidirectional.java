package org.invar.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
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
  public Type output(Type input) {
    Checks.ownSteps(input);
    Type output = Children.output(FORWARD, layer, input);
    Shape shape = output.shape();
    int steps = input.shape().get(0);
    if (!output.sequence() && shape.rank() == 1) {
      return output.withShape(Shape.of(2 * shape.get(0)));
    }
    if (!output.sequence() || shape.get(0) != steps) {
      throw new IllegalArgumentException(
          "expected an output of one vector or of %d steps for input %s, found shape %s"
              .formatted(steps, input.shape(), shape));
    }
    return output.withShape(Shape.of(steps, 2 * shape.get(1)));
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    return both(layer.parameters(input));
  }

  @Override
  public List<Layout.Spec> state(Type input) {
    return both(layer.state(input));
  }

  private static List<Layout.Spec> both(List<Layout.Spec> specs) {
    List<Layout.Spec> both = new ArrayList<>(Children.inside(FORWARD, specs));
    both.addAll(Children.inside(BACKWARD, specs));
    return both;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    Steps steps = Steps.of(x);
    Value turned = x.with(steps.reversed(x.array()));
    Value there = Children.forward(FORWARD, layer, x, parameters, tape);
    Value back = Children.forward(BACKWARD, layer, turned, parameters, tape);
    tape.push(x);
    tape.push(there);
    INDArray inOrder = back.sequence() ? steps.reversed(back.array()) : back.array();
    return there.with(Nd4j.concat(inOrder.rank() - 1, there.array(), inOrder));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    boolean everyStep = tape.popValue().sequence();
    Steps steps = Steps.of(tape.popValue());
    INDArray half = half(dy, 1);
    INDArray dBack = everyStep ? steps.reversed(half) : half;
    INDArray dxBack = backward(BACKWARD, dBack, parameters, gradient, tape);
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
    INDArrayIndex[] part = new INDArrayIndex[joined.rank()];
    Arrays.fill(part, NDArrayIndex.all());
    part[part.length - 1] = NDArrayIndex.interval(which * units, (which + 1) * units);
    return joined.get(part).dup('c');
  }

  @Override
  public long valuesPerRow(Type input) {
    return 2 * layer.valuesPerRow(input) + input.shape().size() + 2L * output(input).shape().size();
  }

  @Override
  public int leastRows(Type input) {
    return layer.leastRows(input);
  }
}
