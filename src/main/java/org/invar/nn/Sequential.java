package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layers one behind another; children are named by kind and ordinal: {@code conv2d1, conv2d2,
 * dense1}.
 *
 * @param layers at least one
 */
public record Sequential(List<Layer> layers) implements Layer {
  /** Refuses an empty list. */
  public Sequential {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("layers=[] has no layer");
    }
  }

  /** Returns the layers one behind another. */
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  /** Returns the children's names, in order. */
  public List<String> names() {
    return Children.names(layers);
  }

  /** Returns the shapes along the way: the input's, then each child's output. */
  public List<Shape> shapes(Shape input) {
    List<String> names = names();
    List<Shape> shapes = new ArrayList<>(List.of(input));
    for (int i = 0; i < layers.size(); i++) {
      shapes.add(Children.outputShape(names.get(i), layers.get(i), shapes.get(i)));
    }
    return shapes;
  }

  @Override
  public Shape outputShape(Shape input) {
    return shapes(input).get(layers.size());
  }

  @Override
  public List<Layout.Spec> parameters(Shape input) {
    List<Layout.Spec> specs = new ArrayList<>();
    List<Shape> shapes = shapes(input);
    for (int i = 0; i < layers.size(); i++) {
      specs.addAll(Children.inside(names().get(i), layers.get(i).parameters(shapes.get(i))));
    }
    return specs;
  }

  @Override
  public List<Layout.Spec> state(Shape input) {
    List<Layout.Spec> specs = new ArrayList<>();
    List<Shape> shapes = shapes(input);
    for (int i = 0; i < layers.size(); i++) {
      specs.addAll(Children.inside(names().get(i), layers.get(i).state(shapes.get(i))));
    }
    return specs;
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    List<String> names = names();
    INDArray y = x;
    for (int i = 0; i < layers.size(); i++) {
      Tape scope = tape.scope(names.get(i));
      y = layers.get(i).forward(y, parameters.scope(names.get(i)), scope);
      scope.observe(y);
    }
    return y;
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    List<String> names = names();
    int last = tape.wantsInputGradient() ? 0 : firstTrained(parameters, names);
    INDArray upstream = dy;
    for (int i = layers.size() - 1; i >= last && upstream != null; i--) {
      String name = names.get(i);
      Tape scope = tape.scope(name).wantInputGradient(i > last || tape.wantsInputGradient());
      upstream =
          layers.get(i).backward(upstream, parameters.scope(name), gradient.scope(name), scope);
    }
    return tape.wantsInputGradient() ? upstream : null;
  }

  @Override
  public long valuesPerRow(Shape input) {
    List<Shape> shapes = shapes(input);
    long sum = 0;
    for (int i = 0; i < layers.size(); i++) {
      sum += layers.get(i).valuesPerRow(shapes.get(i));
    }
    return sum;
  }

  @Override
  public int leastRows(Shape input) {
    List<Shape> shapes = shapes(input);
    int rows = 1;
    for (int i = 0; i < layers.size(); i++) {
      rows = Math.max(rows, layers.get(i).leastRows(shapes.get(i)));
    }
    return rows;
  }

  /** Below the first layer with parameters or state nobody reads a gradient. */
  private int firstTrained(Parameters parameters, List<String> names) {
    int first = 0;
    while (first < layers.size() - 1 && parameters.scope(names.get(first)).isEmpty()) {
      first++;
    }
    return first;
  }
}
