package org.invar.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.loss.SoftmaxCrossEntropy.Targets;
import org.invar.random.CounterRandom;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossTest {
  private static final int ROWS = 5;
  private static final int UNITS = 4;

  /** Every loss with targets for five rows of four outputs. */
  static Stream<Arguments> losses() {
    float[] ids = {0, 3, 1, 2, 3};
    float[] shares = new float[ROWS * UNITS];
    var random = CounterRandom.of(7);
    for (int i = 0; i < shares.length; i++) {
      shares[i] = random.nextFloat();
    }
    return Stream.of(
        Arguments.of(SoftmaxCrossEntropy.of(), ids),
        Arguments.of(new SoftmaxCrossEntropy(0.2, Targets.CLASS_IDS), ids),
        Arguments.of(new SoftmaxCrossEntropy(0, Targets.DISTRIBUTIONS), shares),
        Arguments.of(new SoftmaxCrossEntropy(0.2, Targets.DISTRIBUTIONS), shares),
        Arguments.of(new BinaryCrossEntropy(), shares),
        Arguments.of(new MeanSquaredError(), shares));
  }

  private static double sum(
      Loss loss, double[] output, float[] targets, float[] weights, int rows, double[] gradient) {
    Shape shape = Shape.of(rows == 0 ? UNITS : output.length / rows);
    return loss.sum(new Outputs(shape, rows, output), targets, weights, gradient);
  }

  private static double[] outputs() {
    var random = CounterRandom.of(8);
    double[] output = new double[ROWS * UNITS];
    for (int i = 0; i < output.length; i++) {
      output[i] = 2 * random.nextGaussian();
    }
    return output;
  }

  @ParameterizedTest
  @MethodSource("losses")
  @DisplayName("the gradient is that of central differences")
  void gradient(Loss loss, float[] targets) {
    float[] weights = {1, 0.5f, 2, 0, 3};
    double[] output = outputs();
    double[] gradient = new double[output.length];
    sum(loss, output, targets, weights, ROWS, gradient);
    double h = 1e-5;
    for (int i = 0; i < output.length; i++) {
      double at = output[i];
      output[i] = at + h;
      double above = sum(loss, output, targets, weights, ROWS, null);
      output[i] = at - h;
      double below = sum(loss, output, targets, weights, ROWS, null);
      output[i] = at;
      assertEquals((above - below) / (2 * h), gradient[i], 1e-8, "output " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void noRowsGiveZero(Loss loss, float[] targets) {
    double sum = sum(loss, new double[0], new float[0], new float[0], 0, new double[0]);
    assertEquals(0, sum);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void targetWidthFitsTheTargets(Loss loss, float[] targets) {
    Shape output = Shape.of(UNITS);
    loss.check(output);
    assertEquals(targets.length, ROWS * loss.targetWidth(output));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void notANumberStaysVisible(Loss loss, float[] targets) {
    double[] output = outputs();
    output[6] = Double.NaN;
    float[] weights = {1, 1, 1, 1, 1};
    // Row 1 is of class 3 where targets are ids, so the NaN is not the true class's own logit.
    assertTrue(Double.isNaN(sum(loss, output, targets, weights, ROWS, null)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void wrongLengthsAreRefused(Loss loss, float[] targets) {
    double[] output = outputs();
    float[] weights = {1, 1, 1, 1, 1};
    assertThrows(
        IllegalArgumentException.class,
        () -> sum(loss, output, targets, weights, 3, new double[output.length]));
    assertThrows(
        IllegalArgumentException.class,
        () -> sum(loss, output, new float[3], weights, ROWS, new double[output.length]));
    assertThrows(
        IllegalArgumentException.class,
        () -> sum(loss, output, targets, new float[4], ROWS, new double[output.length]));
    assertThrows(
        IllegalArgumentException.class,
        () -> sum(loss, output, targets, weights, ROWS, new double[1]));
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    double[] gradient = new double[2];
    double[] logits = {1e4, -1e4};
    float[] one = {1};
    assertEquals(
        2e4, sum(SoftmaxCrossEntropy.of(), logits, new float[] {1}, one, 1, gradient), 1e-9);
    assertEquals(List.of(1.0, -1.0), List.of(gradient[0], gradient[1]));
    var binary = new BinaryCrossEntropy();
    assertEquals(1e4, sum(binary, logits, new float[] {0, 1}, one, 1, gradient), 1e-9);
    assertEquals(List.of(0.5, -0.5), List.of(gradient[0], gradient[1]));
  }

  @Test
  @DisplayName("a class that is masked by a logit of −∞ costs nothing unless it is the target")
  void maskedClass() {
    double[] logits = {0, Double.NEGATIVE_INFINITY, 0};
    double loss = sum(SoftmaxCrossEntropy.of(), logits, new float[] {2}, new float[] {1}, 1, null);
    assertEquals(Math.log(2), loss, 1e-15);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 3, 0.5f, Float.NaN})
  void targetsThatAreNoClassAreRefused(float target) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                sum(
                    SoftmaxCrossEntropy.of(),
                    new double[3],
                    new float[] {target},
                    new float[] {1},
                    1,
                    null));
    assertEquals("target " + target + " of row 0 is not a class id in [0, 3)", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 1.5f, Float.NaN})
  void targetsThatAreNoProbabilityAreRefused(float target) {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            sum(
                new BinaryCrossEntropy(),
                new double[1],
                new float[] {target},
                new float[] {1},
                1,
                null));
  }

  @Test
  void shapesThatAreNoClassesAreRefused() {
    var loss = SoftmaxCrossEntropy.of();
    var image = assertThrows(IllegalArgumentException.class, () -> loss.check(Shape.of(7, 7, 2)));
    assertTrue(image.getMessage().contains("7×7×2"), image.getMessage());
    assertThrows(IllegalArgumentException.class, () -> loss.check(Shape.of(1)));
    assertThrows(IllegalArgumentException.class, () -> loss.check(Shape.of(9, 1)));
    var shares = new SoftmaxCrossEntropy(0, Targets.DISTRIBUTIONS);
    var steps = assertThrows(IllegalArgumentException.class, () -> shares.check(Shape.of(9, 4)));
    assertEquals(
        "softmaxCrossEntropy expects one logit a class, at least 2, as an output (classes); found an"
            + " output of shape 9×4",
        steps.getMessage());
  }

  /** Two rows of three steps, of which the second has one; the targets behind it are no targets. */
  static Stream<Arguments> sequences() {
    float nan = Float.NaN;
    float[] ids = {0, 1, 1, 1, nan, -7};
    float[] each = {0, 1, 0.5f, 0.25f, 1, 1, 0.75f, 1, nan, 9, nan, nan};
    return Stream.of(
        Arguments.of(SoftmaxCrossEntropy.of(), ids),
        Arguments.of(new SoftmaxCrossEntropy(0.2, Targets.CLASS_IDS), ids),
        Arguments.of(new BinaryCrossEntropy(), each),
        Arguments.of(new MeanSquaredError(), each));
  }

  private static final Shape STEPS = Shape.of(3, 2);

  /** A row's loss is what its own steps have in the mean, as if each were a row of its own. */
  @ParameterizedTest
  @MethodSource("sequences")
  void aSequenceIsTheMeanOfItsOwnSteps(Loss loss, float[] targets) {
    double[] values = Arrays.copyOf(outputs(), 12);
    Arrays.fill(values, 8, 12, Double.NaN);
    float[] weights = {3, 0.5f};
    double[] gradient = new double[12];
    Arrays.fill(gradient, Double.NaN);
    var outputs = new Outputs(STEPS, 2, values, new int[] {3, 1});
    double sum = loss.sum(outputs, targets, weights, gradient);
    assertEquals(targets.length, 2 * loss.targetWidth(STEPS));

    int width = targets.length / 6;
    float[] asRows = {1, 1, 1, 0.5f};
    double[] expected = new double[8];
    double whole =
        sum(loss, Arrays.copyOf(values, 8), Arrays.copyOf(targets, 4 * width), asRows, 4, expected);
    assertEquals(whole, sum, 1e-14);
    assertArrayEquals(expected, Arrays.copyOf(gradient, 8), 1e-15);
    assertArrayEquals(new double[4], Arrays.copyOfRange(gradient, 8, 12));
    assertEquals(sum, loss.sum(outputs, targets, weights, null));
  }

  @Test
  void whatIsNoSequenceOfThoseLengthsIsRefused() {
    double[] values = new double[12];
    assertEquals(
        "expected 1 to 3 steps of output, found length 4 in row 1 of the batch",
        refusal(() -> new Outputs(STEPS, 2, values, new int[] {3, 4})));
    assertEquals(
        "expected 1 to 3 steps of output, found length 0 in row 0 of the batch",
        refusal(() -> new Outputs(STEPS, 2, values, new int[] {0, 3})));
    assertEquals(
        "lengths has 1 values, expected 2",
        refusal(() -> new Outputs(STEPS, 2, values, new int[] {3})));
    assertEquals(
        "expected outputs (time, units) for lengths, found shape 6",
        refusal(() -> new Outputs(Shape.of(6), 2, values, new int[] {3, 3})));
    float[] targets = {0, 1, 0, 1, 2, 0};
    assertEquals(
        "target 2.0 of row 1, step 1, is not a class id in [0, 2)",
        refusal(
            () ->
                SoftmaxCrossEntropy.of()
                    .sum(new Outputs(STEPS, 2, values), targets, new float[] {1, 1}, null)));
  }

  private static String refusal(Executable action) {
    return assertThrows(IllegalArgumentException.class, action).getMessage();
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void smoothingOutsideItsRangeIsRefused(double smoothing) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new SoftmaxCrossEntropy(smoothing, Targets.CLASS_IDS));
  }
}
