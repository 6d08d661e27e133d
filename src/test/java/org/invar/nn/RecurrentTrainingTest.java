package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.invar.data.Batch;
import org.invar.kernel.Kernels;
import org.invar.loss.BinaryCrossEntropy;
import org.invar.optim.Adam;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Recurrent layers learn to remember: the class of a sequence of noise is the sign of its first
 * step, which no layer without memory can know at the last. Sequences have different lengths.
 */
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class RecurrentTrainingTest {
  private static final int TIME = 10;
  private static final int ROWS = 64;

  @Parameter Kernels kernels;

  static Stream<Layer> layers() {
    return Stream.of(
        SimpleRnn.of(16),
        Lstm.of(16),
        Gru.of(16).withReset(Gru.Reset.BEFORE).withUpdateGate(Gru.UpdateGate.REPLACES),
        Gru.of(16),
        new Bidirectional(Lstm.of(8)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theFirstStepIsRemembered(Layer layer) {
    var network =
        new Network(
            new Type(Shape.of(TIME, 1), Time.RAGGED),
            List.of(layer, Dense.of(1)),
            new BinaryCrossEntropy());
    Layout layout = network.layout();
    float[] values = layout.initialValues(1);
    float[][] moments = new float[2][values.length];
    for (int step = 1; step <= 100; step++) {
      INDArray gradient = Nd4j.zeros(DataType.FLOAT, values.length);
      network.lossAndGradient(
          batch(step), views(values, network), views(gradient, network), tape(step));
      float[] mean = gradient.div(ROWS).data().asFloat();
      Adam.of().at(step, 0.02).apply(values, mean, moments, 0, values.length, false);
    }
    Batch unseen = batch(1_000_000);
    Value logits = network.loss(unseen, views(values, network), Tape.inference(kernels)).outputs();
    int right = 0;
    double[] logit = new double[1];
    for (int row = 0; row < ROWS; row++) {
      logits.read(row, 0, logit);
      right += logit[0] > 0 == unseen.targets()[row] > 0 ? 1 : 0;
    }
    assertTrue(right >= 0.95 * ROWS, right + " of " + ROWS);
  }

  private Tape tape(int step) {
    return Tape.training(kernels, 1, 0, step, 0);
  }

  private static Parameters views(float[] values, Network network) {
    return views(Nd4j.createFromArray(values), network);
  }

  private static Parameters views(INDArray flat, Network network) {
    INDArray state = Nd4j.zeros(DataType.FLOAT, 1);
    return Parameters.of(flat, network.layout(), state, network.stateLayout());
  }

  private static Batch batch(long number) {
    var random = CounterRandom.of(5, number);
    float[] features = new float[ROWS * TIME];
    float[] targets = new float[ROWS];
    float[] weights = new float[ROWS];
    int[] lengths = new int[ROWS];
    for (int row = 0; row < ROWS; row++) {
      lengths[row] = TIME / 2 + random.nextInt(TIME / 2 + 1);
      for (int t = 0; t < lengths[row]; t++) {
        features[row * TIME + t] = (float) random.nextGaussian();
      }
      targets[row] = random.nextInt(2);
      features[row * TIME] = 2 * targets[row] - 1;
      weights[row] = 1;
    }
    INDArray x = Nd4j.create(features, new long[] {ROWS, TIME, 1}, 'c');
    return new Batch(new Value(x, Time.RAGGED, lengths), targets, weights);
  }
}
