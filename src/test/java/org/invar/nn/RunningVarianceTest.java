package org.invar.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.invar.Golden;
import org.invar.kernel.Kernels;
import org.invar.optim.RunningState;
import org.invar.random.CounterRandom;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Running statistics are those of the whole batch, however it is cut, and of no padding. */
@Tag("kernels")
@ParameterizedClass
@MethodSource("org.invar.kernel.TestedKernels#all")
class RunningVarianceTest {
  /** With PyTorch's defaults, as the golden values have them. */
  private static final BatchNorm LAYER = new BatchNorm(0.9, 1e-5);

  @Parameter Kernels kernels;

  /** A batch normalization with its running state, trained on batches that are cut into shards. */
  private final class Training {
    final Layout layout;
    final Layout stateLayout;
    final INDArray flat;
    final INDArray state;
    final RunningState running;
    INDArray gradient;

    Training(Type input) {
      layout = Layout.of(LAYER.parameters(input));
      stateLayout = Layout.of(LAYER.state(input));
      flat = Nd4j.createFromArray(layout.initialValues(1));
      running = RunningState.of(stateLayout, stateLayout.initialValues(1));
      state = Nd4j.createFromArray(running.values());
      gradient = Nd4j.zeros(DataType.FLOAT, layout.length());
    }

    Parameters parameters() {
      return Parameters.of(flat, layout, state, stateLayout);
    }

    /** Takes a step; returns each shard's output and input gradient. */
    INDArray[][] step(INDArray[] shards, INDArray[] dys, int[][] lengths) {
      INDArray[][] results = new INDArray[shards.length][];
      float[] sums = new float[stateLayout.length()];
      long rows = 0;
      for (int shard = 0; shard < shards.length; shard++) {
        INDArray statistics = Nd4j.zeros(DataType.FLOAT, sums.length);
        Tape tape = Tape.training(kernels, 1, 0, 0, shard).wantInputGradient(true);
        Value x =
            lengths == null
                ? Value.of(shards[shard])
                : new Value(shards[shard], Time.RAGGED, lengths[shard]);
        Parameters into = Parameters.of(gradient, layout, statistics, stateLayout);
        INDArray y = LAYER.forward(x, parameters(), tape.addStatisticsTo(into)).array();
        results[shard] = new INDArray[] {y, LAYER.backward(dys[shard], parameters(), into, tape)};
        for (int i = 0; i < sums.length; i++) {
          sums[i] += statistics.getFloat(i); // In float32, as they are exchanged.
        }
        rows += shards[shard].size(0);
      }
      running.update(sums, rows);
      state.assign(Nd4j.createFromArray(running.values()));
      return results;
    }

    float[] running(int entry) {
      Layout.Entry e = stateLayout.entries().get(entry);
      return Arrays.copyOfRange(running.values(), e.offset(), e.end());
    }
  }

  @Test
  void twoShardsHaveTheirOwnStatisticsAndRunningOnesAreOfBoth() {
    var golden = Golden.of("batchnorm-running-of-shards");
    var training = new Training(Type.of(Shape.of(3)));
    training.parameters().get("gamma").assign(golden.array("/inputs/gamma"));
    training.parameters().get("beta").assign(golden.array("/inputs/beta"));
    INDArray[][] results =
        training.step(
            cut(golden.array("/inputs/x"), 3), cut(golden.array("/outputGradient"), 3), null);
    golden.assertMatches("/output", Nd4j.concat(0, results[0][0], results[1][0]));
    golden.assertMatches("/gradients/x", Nd4j.concat(0, results[0][1], results[1][1]));
    Parameters gradient =
        Parameters.of(training.gradient, training.layout, training.state, training.stateLayout);
    golden.assertMatches("/gradients/gamma", gradient.get("gamma"));
    golden.assertMatches("/gradients/beta", gradient.get("beta"));
    golden.assertMatches("/extra/runningMean", training.running(0));
    golden.assertMatches("/extra/runningVariance", training.running(1));
    assertEquals(8, training.running.values()[6]);
  }

  private static INDArray[] cut(INDArray rows, int at) {
    return new INDArray[] {
      rows.get(NDArrayIndex.interval(0, at)).dup('c'),
      rows.get(NDArrayIndex.interval(at, rows.size(0))).dup('c')
    };
  }

  /** Of 16 rows in shards of 4, within-shard variances alone would be a quarter too small. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 3, -100, 10_000})
  void shardsDoNotReachThemAndNeitherDoesAMeanThatIsFarFromZero(double mean) {
    var whole = new Training(Type.of(Shape.of(2)));
    var shards = new Training(Type.of(Shape.of(2)));
    for (int step = 0; step < 150; step++) {
      INDArray x = normal(16, 2, step).addi(mean);
      whole.step(new INDArray[] {x}, new INDArray[] {x}, null);
      INDArray[] four = new INDArray[4];
      for (int i = 0; i < 4; i++) {
        four[i] = x.get(NDArrayIndex.interval(4 * i, 4 * i + 4)).dup('c');
      }
      shards.step(four, four, null);
      assertTrue(shards.running(1)[0] >= 0 && shards.running(1)[1] >= 0);
    }
    assertArrayEquals(whole.running(0), shards.running(0), (float) (1e-3 + 1e-6 * Math.abs(mean)));
    assertArrayEquals(whole.running(1), shards.running(1), 0.01f);
    for (int c = 0; c < 2; c++) {
      assertEquals(mean, shards.running(0)[c], 0.3 + 1e-6 * Math.abs(mean));
      assertEquals(15 / 16.0, shards.running(1)[c], 0.3);
    }
  }

  @Test
  void paddingIsCountedNowhere() {
    int[][] lengths = {{2, 1, 3}, {3, 1}};
    INDArray[] x = {normal(9, 4, 1).reshape('c', 3, 3, 4), normal(6, 4, 2).reshape('c', 2, 3, 4)};
    INDArray[] dy = {normal(9, 4, 3).reshape('c', 3, 3, 4), normal(6, 4, 4).reshape('c', 2, 3, 4)};
    var narrow = new Training(new Type(Shape.of(3, 4), Time.RAGGED));
    INDArray[][] expected = narrow.step(x, dy, lengths);
    var wide = new Training(new Type(Shape.of(5, 4), Time.RAGGED));
    INDArray[][] found =
        wide.step(
            new INDArray[] {padded(x[0], 0), padded(x[1], 0)},
            new INDArray[] {padded(dy[0], 7), padded(dy[1], -7)},
            lengths);
    for (int shard = 0; shard < 2; shard++) {
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(
            padded(expected[shard][i], 0).data().asFloat(), found[shard][i].data().asFloat());
      }
    }
    assertArrayEquals(narrow.running.values(), wide.running.values());
    assertArrayEquals(narrow.gradient.data().asFloat(), wide.gradient.data().asFloat());
    assertEquals(10, wide.running.values()[8]);
    // The variance of the ten steps, by hand.
    double sum = 0;
    double squares = 0;
    for (int shard = 0; shard < 2; shard++) {
      for (int row = 0; row < lengths[shard].length; row++) {
        for (int t = 0; t < lengths[shard][row]; t++) {
          double value = x[shard].getDouble(row, t, 0);
          sum += value;
          squares += value * value;
          assertTrue(found[shard][0].getDouble(row, t, 0) != 0);
        }
        assertEquals(0, found[shard][0].getDouble(row, 4, 0));
      }
    }
    assertEquals(0.1 * sum / 10, wide.running(0)[0], 1e-6);
    assertEquals(0.9 + 0.1 * (squares / 10 - sum * sum / 100), wide.running(1)[0], 1e-6);
  }

  /** The same batch may be passed through again, to look at it. */
  @Test
  void aPassThatNobodyCollectsFromAddsNothing() {
    var training = new Training(Type.of(Shape.of(2)));
    INDArray x = normal(4, 2, 6);
    INDArray sums = Nd4j.zeros(DataType.FLOAT, training.stateLayout.length());
    Parameters into = Parameters.of(training.gradient, training.layout, sums, training.stateLayout);
    Tape tape = Tape.training(kernels, 1, 0, 0, 0).wantInputGradient(true);
    LAYER.forward(Value.of(x), training.parameters(), tape);
    LAYER.backward(x, training.parameters(), into, tape);
    assertEquals(0, sums.amaxNumber().doubleValue());
    LAYER.forward(
        Value.of(x),
        training.parameters(),
        Tape.training(kernels, 1, 0, 0, 0).addStatisticsTo(into));
    assertEquals(4, into.state("count").getDouble(0));
  }

  @Test
  void predictionsOfSequencesEndWithTheirOwnSteps() {
    var training = new Training(new Type(Shape.of(3, 4), Time.RAGGED));
    INDArray x = normal(6, 4, 5).reshape('c', 2, 3, 4);
    INDArray y = predicted(new Value(x, Time.RAGGED, new int[] {1, 3}), training);
    INDArray whole = predicted(new Value(x, Time.FIXED, null), training);
    assertTrue(y.getDouble(0, 1, 2) == 0 && y.getDouble(0, 2, 3) == 0);
    assertEquals(whole.getDouble(0, 0, 2), y.getDouble(0, 0, 2));
    assertEquals(whole.slice(1), y.slice(1));
  }

  private INDArray predicted(Value x, Training training) {
    return LAYER.forward(x, training.parameters(), Tape.inference(kernels)).array();
  }

  /** Sequences of 5 steps whose last two are padding of that value. */
  private static INDArray padded(INDArray three, double value) {
    INDArray padding = Nd4j.zeros(DataType.FLOAT, three.size(0), 2, three.size(2)).addi(value);
    return Nd4j.concat(1, three, padding).dup('c');
  }

  private static INDArray normal(int rows, int columns, long stream) {
    var random = CounterRandom.of(5, stream);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape('c', rows, columns);
  }
}
