package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
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

  /** Returns the types along the way: the input's, then that of each child's output. */
  public List<Type> types(Type input) {
    List<String> names = names();
    List<Type> types = new ArrayList<>(List.of(input));
    for (int i = 0; i < layers.size(); i++) {
      types.add(Children.output(names.get(i), layers.get(i), types.get(i)));
    }
    return types;
  }

  @Override
  public Type output(Type input) {
    return types(input).get(layers.size());
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    List<Type> types = types(input);
    for (int i = 0; i < layers.size(); i++) {
      specs.addAll(Children.inside(names().get(i), layers.get(i).parameters(types.get(i))));
    }
    return specs;
  }

  @Override
  public List<Layout.Spec> state(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    List<Type> types = types(input);
    for (int i = 0; i < layers.size(); i++) {
      specs.addAll(Children.inside(names().get(i), layers.get(i).state(types.get(i))));
    }
    return specs;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    List<String> names = names();
    Value y = x;
    for (int i = 0; i < layers.size(); i++) {
      y = Children.forward(names.get(i), layers.get(i), y, parameters, tape);
      tape.scope(names.get(i)).observe(y.array());
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
  public long valuesPerRow(Type input) {
    List<Type> types = types(input);
    long sum = 0;
    for (int i = 0; i < layers.size(); i++) {
      sum += layers.get(i).valuesPerRow(types.get(i));
    }
    return sum;
  }

  @Override
  public int leastRows(Type input) {
    List<Type> types = types(input);
    int rows = 1;
    for (int i = 0; i < layers.size(); i++) {
      rows = Math.max(rows, layers.get(i).leastRows(types.get(i)));
    }
    return rows;
  }

  /** Below the first layer with parameters nobody reads a gradient. */
  private int firstTrained(Parameters parameters, List<String> names) {
    int first = 0;
    while (first < layers.size() - 1 && parameters.scope(names.get(first)).isEmpty()) {
      first++;
    }
    return first;
  }
}
