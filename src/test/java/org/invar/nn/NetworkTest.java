package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.invar.data.Batch;
import org.invar.kernel.Activation;
import org.invar.kernel.portable.PortableKernels;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.nn.zoo.Lenet5;
import org.invar.random.CounterRandom;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NetworkTest {
  @Test
  void lenet5HasTheParametersOfTheBenchmark() {
    var network = new Network(Shape.of(28, 28, 1), Lenet5.of().layers(), SoftmaxCrossEntropy.of());
    assertEquals(61_706, network.layout().length());
    assertEquals(Type.of(Shape.of(10)), network.output());
    assertEquals(
        List.of("28×28×6", "14×14×6", "10×10×16", "5×5×16", "400", "120", "84", "10"),
        network.table().stream().map(row -> row.output().toString()).toList());
  }

  @Test
  void aLayerThatDoesNotFitIsNamedWithBothShapes() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new Network(
                    Shape.of(8, 8, 1),
                    List.of(Conv2d.of(4, Size.square(3)), Dense.of(10)),
                    SoftmaxCrossEntropy.of()));
    assertEquals(
        "dense1: expected a vector of features or a sequence of them, found shape 6×6×4; put flatten in"
            + " front",
        e.getMessage());
  }

  @Test
  void theLossGradientMatchesCentralDifferences() {
    var network =
        new Network(
            Shape.of(5),
            List.of(Dense.of(7).withActivation(Activation.TANH), Dense.of(3)),
            SoftmaxCrossEntropy.of());
    Layout layout = network.layout();
    INDArray flat = Nd4j.createFromArray(layout.initialValues(3)).castTo(DataType.DOUBLE);
    INDArray gradient = flat.mul(0);
    INDArray state = Nd4j.zeros(DataType.DOUBLE, 1);
    Parameters parameters = Parameters.of(flat, layout, state, network.stateLayout());
    Parameters gradients = Parameters.of(gradient, layout, state.dup(), network.stateLayout());
    var random = CounterRandom.of(2);
    double[] x = new double[20];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextGaussian();
    }
    Batch batch =
        new Batch(
            Value.of(Nd4j.create(x, new long[] {4, 5}, 'c')),
            new float[] {0, 2, 1, 1},
            new float[] {1, 0.5f, 2, 1});
    network.lossAndGradient(batch, parameters, gradients, tape());
    for (int i = 0; i < layout.length(); i++) {
      double value = flat.getDouble(i);
      flat.putScalar(i, value + 1e-6);
      double above = network.loss(batch, parameters, tape()).lossSum();
      flat.putScalar(i, value - 1e-6);
      double below = network.loss(batch, parameters, tape()).lossSum();
      flat.putScalar(i, value);
      assertEquals((above - below) / 2e-6, gradient.getDouble(i), 1e-7);
    }
  }

  @Test
  void theFirstNonFiniteLayerCanBeObserved() {
    var network =
        new Network(Shape.of(2), List.of(Dense.of(2), Dense.of(2)), SoftmaxCrossEntropy.of());
    Layout layout = network.layout();
    INDArray flat = Nd4j.createFromArray(layout.initialValues(1));
    flat.putScalar(layout.entries().get(2).offset(), Float.NaN);
    INDArray state = Nd4j.zeros(DataType.FLOAT, 1);
    Parameters parameters = Parameters.of(flat, layout, state, network.stateLayout());
    List<String> bad = new ArrayList<>();
    network.forward(
        Value.of(Nd4j.ones(DataType.FLOAT, 1, 2)),
        parameters,
        tape()
            .observedBy(
                (name, output) -> {
                  if (Double.isNaN(output.sumNumber().doubleValue())) {
                    bad.add(name);
                  }
                }));
    assertEquals(List.of("dense2"), bad);
  }

  @Test
  void batchNormNeedsTwoValuesAChannel() {
    assertEquals(2, new Sequential(List.of(BatchNorm.of())).leastRows(Type.of(Shape.of(5))));
    assertTrue(new Sequential(List.of(BatchNorm.of())).leastRows(Type.of(Shape.of(2, 1, 5))) == 1);
  }

  /** Subtracts the running mean; has nothing to train but that. */
  private record Centered() implements Layer {
    @Override
    public Type output(Type input) {
      return input;
    }

    @Override
    public List<Layout.Spec> state(Type input) {
      return List.of(Layout.Spec.running("mean", input.shape(), new Initializer.Zeros(), 0.9));
    }

    @Override
    public Value forward(Value x, Parameters parameters, Tape tape) {
      Parameters statistics = tape.statistics();
      if (statistics != null) {
        statistics.state("mean").addi(x.array().sum(0));
      }
      return x.with(x.array().subRowVector(parameters.state("mean")));
    }

    @Override
    public INDArray backward(INDArray dy, Parameters parameters, Parameters gradient, Tape tape) {
      throw new AssertionError("nobody reads this gradient");
    }
  }

  /** Neither of the first two has parameters, so no gradient goes to them. */
  @Test
  void layersWithStateAloneAreToldOfTheirBatch() {
    var network =
        new Network(
            Shape.of(2, 1),
            List.of(new Flatten(), new Centered(), Dense.of(3)),
            SoftmaxCrossEntropy.of());
    INDArray flat = Nd4j.createFromArray(network.layout().initialValues(1));
    INDArray sums = Nd4j.zeros(DataType.FLOAT, network.stateLayout().length());
    Parameters parameters =
        Parameters.of(flat, network.layout(), sums.dup(), network.stateLayout());
    Parameters gradient = Parameters.of(flat.mul(0), network.layout(), sums, network.stateLayout());
    Batch batch =
        new Batch(
            Value.of(Nd4j.createFromArray(1f, 2, 3, 5).reshape(2, 2, 1)),
            new float[] {0, 2},
            new float[] {1, 1});
    network.lossAndGradient(batch, parameters, gradient, tape());
    assertArrayEquals(new float[] {4, 7}, sums.data().asFloat());
  }

  private static Tape tape() {
    return Tape.training(new PortableKernels(), 1, 0, 0, 0);
  }
}
