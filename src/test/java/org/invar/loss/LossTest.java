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
import org.invar.tensor.Gradients;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
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
    Value outputs = RawOutputs.of(rows == 0 ? UNITS : output.length / rows, rows, output);
    Gradients into = gradient == null ? null : RawOutputs.into(outputs, gradient);
    return loss.sum(outputs, targets, weights, into);
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
    Type output = Type.of(Shape.of(UNITS));
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
    String image = refusal(() -> loss.check(Type.of(Shape.of(7, 7, 2))));
    assertTrue(image.contains("7×7×2"), image);
    refusal(() -> loss.check(Type.of(Shape.of(1))));
    refusal(() -> loss.check(Type.sequence(9, 1)));
    // A table is no sequence, though it has as many axes.
    refusal(() -> loss.check(Type.of(Shape.of(9, 4))));
    loss.check(Type.sequence(9, 4));
    var shares = new SoftmaxCrossEntropy(0, Targets.DISTRIBUTIONS);
    assertEquals(
        "softmaxCrossEntropy expects one logit a class, at least 2, as an output (classes); found an"
            + " output of shape 9×4",
        refusal(() -> shares.check(Type.sequence(9, 4))));
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
    Value outputs = RawOutputs.steps(STEPS, new int[] {3, 1}, values);
    double sum = loss.sum(outputs, targets, weights, RawOutputs.into(outputs, gradient));
    assertEquals(targets.length, 2 * loss.targetWidth(outputs.type()));

    int width = targets.length / 6;
    float[] asRows = {1, 1, 1, 0.5f};
    double[] expected = new double[8];
    double whole =
        sum(loss, Arrays.copyOf(values, 8), Arrays.copyOf(targets, 4 * width), asRows, 4, expected);
    assertEquals(whole, sum, 1e-14);
    assertArrayEquals(expected, Arrays.copyOf(gradient, 8), 1e-15);
    // Padding is left as it was.
    for (int i = 8; i < 12; i++) {
      assertEquals(Double.NaN, gradient[i]);
    }
    assertEquals(sum, loss.sum(outputs, targets, weights, null));
  }

  @Test
  void aClassOfASequenceThatDoesNotExistIsRefused() {
    float[] targets = {0, 1, 0, 1, 2, 0};
    assertEquals(
        "target 2.0 of row 1, step 1, is not a class id in [0, 2)",
        refusal(
            () ->
                SoftmaxCrossEntropy.of()
                    .sum(
                        RawOutputs.steps(STEPS, null, new double[12]),
                        targets,
                        new float[] {1, 1},
                        null)));
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
