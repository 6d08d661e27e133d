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
 * Branches side by side on one input, their outputs joined along the last axis, as in Inception
 * (Szegedy et al. 2015, arXiv:1409.4842); children are named {@code branch1, branch2, …}.
 *
 * @param branches lists of layers, at least one; an empty list passes the input through
 */
public record Concat(List<List<Layer>> branches) implements Layer {
  /** Refuses an empty list of branches. */
  public Concat {
    branches = branches.stream().map(List::copyOf).toList();
    if (branches.isEmpty()) {
      throw new IllegalArgumentException("branches=[] has no branch");
    }
  }

  @Override
  public Type output(Type input) {
    List<Type> types = types(input);
    Type first = types.get(0);
    int total = 0;
    for (int i = 0; i < types.size(); i++) {
      Type type = types.get(i);
      if (type.shape().rank() == 0
          || type.time() != first.time()
          || !prefix(type).equals(prefix(first))) {
        throw new IllegalArgumentException(
            "expected branches that differ in the last axis only, found "
                + first
                + " and "
                + type
                + " (branch "
                + (i + 1)
                + ")");
      }
      total += type.shape().get(-1);
    }
    List<Integer> joined = new ArrayList<>(prefix(first));
    joined.add(total);
    return first.withShape(new Shape(joined));
  }

  @Override
  public List<Layout.Spec> parameters(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      if (!branches.get(i).isEmpty()) {
        specs.addAll(Children.inside(name(i), branch(i).parameters(input)));
      }
    }
    return specs;
  }

  @Override
  public List<Layout.Spec> state(Type input) {
    List<Layout.Spec> specs = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      if (!branches.get(i).isEmpty()) {
        specs.addAll(Children.inside(name(i), branch(i).state(input)));
      }
    }
    return specs;
  }

  @Override
  public Value forward(Value x, Parameters parameters, Tape tape) {
    INDArray[] outputs = new INDArray[branches.size()];
    Value first = x;
    for (int i = 0; i < outputs.length; i++) {
      Value output =
          branches.get(i).isEmpty()
              ? x
              : branch(i).forward(x, parameters.scope(name(i)), tape.scope(name(i)));
      first = i == 0 ? output : first;
      outputs[i] = output.array();
      tape.push(outputs[i]);
    }
    return first.with(Nd4j.concat(outputs[0].rank() - 1, outputs));
  }

  @Override
  public @Nullable INDArray backward(
      INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
    boolean wanted = tape.wantsInputGradient();
    INDArray sum = null;
    long end = dy.size(-1);
    for (int i = branches.size() - 1; i >= 0; i--) {
      long width = tape.pop().size(-1);
      INDArrayIndex[] part = new INDArrayIndex[dy.rank()];
      Arrays.fill(part, NDArrayIndex.all());
      part[part.length - 1] = NDArrayIndex.interval(end - width, end);
      end -= width;
      INDArray dx = dy.get(part).dup('c');
      if (!branches.get(i).isEmpty()) {
        Tape scope = tape.scope(name(i)).wantInputGradient(wanted);
        dx = branch(i).backward(dx, parameters.scope(name(i)), gradient.scope(name(i)), scope);
      }
      sum = sum == null ? dx : dx == null ? sum : sum.add(dx);
    }
    return wanted ? sum : null;
  }

  @Override
  public long valuesPerRow(Type input) {
    long sum = output(input).shape().size();
    for (int i = 0; i < branches.size(); i++) {
      sum += branches.get(i).isEmpty() ? 0 : branch(i).valuesPerRow(input);
    }
    return sum;
  }

  @Override
  public int leastRows(Type input) {
    int rows = 1;
    for (int i = 0; i < branches.size(); i++) {
      rows = Math.max(rows, branches.get(i).isEmpty() ? 1 : branch(i).leastRows(input));
    }
    return rows;
  }

  private List<Type> types(Type input) {
    List<Type> types = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      types.add(branches.get(i).isEmpty() ? input : Children.output(name(i), branch(i), input));
    }
    return types;
  }

  private Sequential branch(int i) {
    return new Sequential(branches.get(i));
  }

  private static String name(int i) {
    return "branch" + (i + 1);
  }

  private static List<Integer> prefix(Type type) {
    return type.shape().dimensions().subList(0, type.shape().rank() - 1);
  }
}
