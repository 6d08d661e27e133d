package org.invar.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.invar.kernel.Kernels;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Compares a layer's backward with central differences, (J(θ+ε) − J(θ−ε)) / 2ε, in float64.
 *
 * <p>J is the sum of the outputs times fixed random factors. Differences are ‖numeric − analytic‖ /
 * (‖numeric‖ + ‖analytic‖) for each tensor: about 1e-9 where backward is right, about 1 where it is
 * wrong.
 */
public final class GradientCheck {
  /**
   * How far one tensor's gradient is off.
   *
   * @param name the entry's path, or {@code x} for the layer's input
   * @param relativeDifference 0 when equal
   */
  public record Difference(String name, double relativeDifference) {}

  private static final double EPSILON = 1e-6;

  private final Layer layer;
  private final Kernels kernels;
  private final long seed;
  private final Value x;
  private final INDArray outputFactors;
  private final INDArray flat;
  private final INDArray state;
  private final Layout layout;
  private final Layout stateLayout;
  private final Parameters parameters;

  private GradientCheck(Layer layer, Kernels kernels, Type input, int rows, long seed) {
    this.layer = layer;
    this.kernels = kernels;
    this.seed = seed;
    this.x = new Value(normal(input.shape().batch(rows), 1), input.time(), null);
    this.outputFactors = normal(layer.output(input).shape().batch(rows), 2);
    this.layout = Layout.of(layer.parameters(input));
    this.stateLayout = Layout.of(layer.state(input));
    // Random values, not the initial ones: a zero bias or a unit gamma would hide errors.
    this.flat = normal(new long[] {Math.max(1, layout.length())}, 3).muli(0.5);
    this.state = Nd4j.zeros(DataType.DOUBLE, Math.max(1, stateLayout.length()));
    this.parameters = Parameters.of(flat, layout, state, stateLayout);
  }

  /**
   * Checks every parameter and every input of a layer, in training mode.
   *
   * @param layer the layer, or a container of many
   * @param kernels arithmetic that takes doubles
   * @param input what goes in; no ragged sequences
   * @param rows the examples of the batch
   * @param seed of the random inputs, parameters and factors
   */
  public static List<Difference> check(
      Layer layer, Kernels kernels, Type input, int rows, long seed) {
    return new GradientCheck(layer, kernels, input, rows, seed).differences();
  }

  private List<Difference> differences() {
    INDArray gradient = Nd4j.zeros(DataType.DOUBLE, flat.length());
    Tape tape = tape().wantInputGradient(true);
    layer.forward(x, parameters, tape);
    Parameters gradients = Parameters.of(gradient, layout, state, stateLayout);
    INDArray dx = layer.backward(outputFactors, parameters, gradients, tape);
    List<Difference> differences = new ArrayList<>();
    for (Layout.Entry entry : layout.entries()) {
      differences.add(
          difference(entry.name(), flat, gradient, entry.offset(), entry.shape().size()));
    }
    differences.add(difference("x", x.array(), dx, 0, Math.toIntExact(x.array().length())));
    return differences;
  }

  private Difference difference(
      String name, INDArray values, @Nullable INDArray analytic, int from, int length) {
    double squaredDifference = 0;
    double squaredNumeric = 0;
    double squaredAnalytic = 0;
    for (int i = from; i < from + length; i++) {
      double numeric = numericDerivative(values, i, this::cost);
      double exact =
          analytic == null ? Double.NaN : analytic.data().getDouble(analytic.offset() + i);
      squaredDifference += (numeric - exact) * (numeric - exact);
      squaredNumeric += numeric * numeric;
      squaredAnalytic += exact * exact;
    }
    double scale = Math.sqrt(squaredNumeric) + Math.sqrt(squaredAnalytic);
    return new Difference(name, scale == 0 ? 0 : Math.sqrt(squaredDifference) / scale);
  }

  private static double numericDerivative(INDArray values, int i, DoubleSupplier cost) {
    double value = values.data().getDouble(i);
    values.data().put(i, value + EPSILON);
    double above = cost.getAsDouble();
    values.data().put(i, value - EPSILON);
    double below = cost.getAsDouble();
    values.data().put(i, value);
    return (above - below) / (2 * EPSILON);
  }

  private double cost() {
    INDArray y = layer.forward(x, parameters, tape()).array();
    return y.mul(outputFactors).sumNumber().doubleValue();
  }

  private Tape tape() {
    return Tape.training(kernels, seed, 0, 0, 0);
  }

  private INDArray normal(long[] shape, long stream) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    CounterRandom random = CounterRandom.of(seed, stream);
    for (long i = 0; i < array.length(); i++) {
      array.data().put(i, random.nextGaussian());
    }
    return array;
  }
}
