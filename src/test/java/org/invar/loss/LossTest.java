package org.invar.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.invar.loss.SoftmaxCrossEntropy.Targets;
import org.invar.param.Shape;
import org.invar.random.CounterRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
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
    loss.sum(output, targets, weights, ROWS, gradient);
    double h = 1e-5;
    for (int i = 0; i < output.length; i++) {
      double at = output[i];
      output[i] = at + h;
      double above = loss.sum(output, targets, weights, ROWS, null);
      output[i] = at - h;
      double below = loss.sum(output, targets, weights, ROWS, null);
      output[i] = at;
      assertEquals((above - below) / (2 * h), gradient[i], 1e-8, "output " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void noRowsGiveZero(Loss loss, float[] targets) {
    double sum = loss.sum(new double[0], new float[0], new float[0], 0, new double[0]);
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
    assertTrue(Double.isNaN(loss.sum(output, targets, weights, ROWS, null)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void wrongLengthsAreRefused(Loss loss, float[] targets) {
    double[] output = outputs();
    float[] weights = {1, 1, 1, 1, 1};
    assertThrows(
        IllegalArgumentException.class,
        () -> loss.sum(output, targets, weights, 3, new double[output.length]));
    assertThrows(
        IllegalArgumentException.class,
        () -> loss.sum(output, new float[3], weights, ROWS, new double[output.length]));
    assertThrows(
        IllegalArgumentException.class,
        () -> loss.sum(output, targets, new float[4], ROWS, new double[output.length]));
    assertThrows(
        IllegalArgumentException.class,
        () -> loss.sum(output, targets, weights, ROWS, new double[1]));
  }

  @Test
  void hugeLogitsDoNotOverflow() {
    double[] gradient = new double[2];
    double[] logits = {1e4, -1e4};
    float[] one = {1};
    assertEquals(
        2e4, SoftmaxCrossEntropy.of().sum(logits, new float[] {1}, one, 1, gradient), 1e-9);
    assertEquals(List.of(1.0, -1.0), List.of(gradient[0], gradient[1]));
    var binary = new BinaryCrossEntropy();
    assertEquals(1e4, binary.sum(logits, new float[] {0, 1}, one, 1, gradient), 1e-9);
    assertEquals(List.of(0.5, -0.5), List.of(gradient[0], gradient[1]));
  }

  @Test
  @DisplayName("a class that is masked by a logit of −∞ costs nothing unless it is the target")
  void maskedClass() {
    double[] logits = {0, Double.NEGATIVE_INFINITY, 0};
    double loss = SoftmaxCrossEntropy.of().sum(logits, new float[] {2}, new float[] {1}, 1, null);
    assertEquals(Math.log(2), loss, 1e-15);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 3, 0.5f, Float.NaN})
  void targetsThatAreNoClassAreRefused(float target) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                SoftmaxCrossEntropy.of()
                    .sum(new double[3], new float[] {target}, new float[] {1}, 1, null));
    assertEquals("target " + target + " of row 0 is not a class id in [0, 3)", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 1.5f, Float.NaN})
  void targetsThatAreNoProbabilityAreRefused(float target) {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new BinaryCrossEntropy()
                .sum(new double[1], new float[] {target}, new float[] {1}, 1, null));
  }

  @Test
  void shapesThatAreNoClassesAreRefused() {
    var loss = SoftmaxCrossEntropy.of();
    var image = assertThrows(IllegalArgumentException.class, () -> loss.check(Shape.of(7, 7, 2)));
    assertTrue(image.getMessage().contains("7×7×2"), image.getMessage());
    assertThrows(IllegalArgumentException.class, () -> loss.check(Shape.of(1)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void smoothingOutsideItsRangeIsRefused(double smoothing) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new SoftmaxCrossEntropy(smoothing, Targets.CLASS_IDS));
  }
}
