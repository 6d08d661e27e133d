package org.invar.nn;

import java.util.ArrayList;
import java.util.Arrays;
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
  public Shape outputShape(Shape input) {
    List<Shape> shapes = shapes(input);
    Shape first = shapes.get(0);
    int total = 0;
    for (int i = 0; i < shapes.size(); i++) {
      Shape shape = shapes.get(i);
      if (shape.rank() == 0 || !prefix(shape).equals(prefix(first))) {
        throw new IllegalArgumentException(
            "expected branches that differ in the last axis only, found "
                + first
                + " and "
                + shape
                + " (branch "
                + (i + 1)
                + ")");
      }
      total += shape.get(-1);
    }
    List<Integer> joined = new ArrayList<>(prefix(first));
    joined.add(total);
    return new Shape(joined);
  }

  @Override
  public List<Layout.Spec> parameters(Shape input) {
    List<Layout.Spec> specs = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      if (!branches.get(i).isEmpty()) {
        specs.addAll(Children.inside(name(i), branch(i).parameters(input)));
      }
    }
    return specs;
  }

  @Override
  public List<Layout.Spec> state(Shape input) {
    List<Layout.Spec> specs = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      if (!branches.get(i).isEmpty()) {
        specs.addAll(Children.inside(name(i), branch(i).state(input)));
      }
    }
    return specs;
  }

  @Override
  public INDArray forward(INDArray x, Parameters parameters, Tape tape) {
    INDArray[] outputs = new INDArray[branches.size()];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] =
          branches.get(i).isEmpty()
              ? x
              : branch(i).forward(x, parameters.scope(name(i)), tape.scope(name(i)));
      tape.push(outputs[i]);
    }
    return Nd4j.concat(outputs[0].rank() - 1, outputs);
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
  public long valuesPerRow(Shape input) {
    long sum = outputShape(input).size();
    for (int i = 0; i < branches.size(); i++) {
      sum += branches.get(i).isEmpty() ? 0 : branch(i).valuesPerRow(input);
    }
    return sum;
  }

  @Override
  public int leastRows(Shape input) {
    int rows = 1;
    for (int i = 0; i < branches.size(); i++) {
      rows = Math.max(rows, branches.get(i).isEmpty() ? 1 : branch(i).leastRows(input));
    }
    return rows;
  }

  private List<Shape> shapes(Shape input) {
    List<Shape> shapes = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      shapes.add(
          branches.get(i).isEmpty() ? input : Children.outputShape(name(i), branch(i), input));
    }
    return shapes;
  }

  private Sequential branch(int i) {
    return new Sequential(branches.get(i));
  }

  private static String name(int i) {
    return "branch" + (i + 1);
  }

  private static List<Integer> prefix(Shape shape) {
    return shape.dimensions().subList(0, shape.rank() - 1);
  }
}
