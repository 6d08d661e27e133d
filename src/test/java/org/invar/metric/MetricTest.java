package org.invar.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.invar.loss.BinaryCrossEntropy;
import org.invar.loss.MeanSquaredError;
import org.invar.loss.RawOutputs;
import org.invar.loss.SoftmaxCrossEntropy;
import org.invar.loss.SoftmaxCrossEntropy.Targets;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricTest {
  private static final double EPSILON = 1e-12;

  private static Map<String, Double> values(
      Metric metric, double[] output, float[] targets, int rows) {
    double[] sums = new double[metric.width()];
    add(metric, sums, 0, output, targets, rows);
    return metric.values(sums, 0);
  }

  private static void add(
      Metric metric, double[] sums, int offset, double[] output, float[] targets, int rows) {
    int units =
        metric instanceof Classification c ? c.classes() : output.length / Math.max(1, rows);
    metric.add(sums, offset, RawOutputs.of(Math.max(1, units), rows, output), targets);
  }

  /** One row a prediction: an output of 1 for the class predicted and 0 for the others. */
  private static double[] oneHot(int classes, int... predicted) {
    double[] output = new double[predicted.length * classes];
    for (int row = 0; row < predicted.length; row++) {
      output[row * classes + predicted[row]] = 1;
    }
    return output;
  }

  @Test
  @DisplayName("class 2 is never predicted: its precision is undefined, and 0 in the macro average")
  void classNeverPredicted() {
    var metric = Classification.of(3, Targets.CLASS_IDS);
    float[] targets = {0, 0, 1, 1, 2};
    double[] output = oneHot(3, 0, 1, 1, 1, 0);
    double[] sums = new double[metric.width()];
    add(metric, sums, 0, output, targets, 5);
    Map<String, Double> values = metric.values(sums, 0);
    assertEquals(List.of("accuracy", "precision", "recall", "f1"), List.copyOf(values.keySet()));
    assertEquals(3.0 / 5, values.get("accuracy"), EPSILON);
    assertEquals((1.0 / 2 + 2.0 / 3 + 0) / 3, values.get("precision"), EPSILON);
    assertEquals((1.0 / 2 + 1 + 0) / 3, values.get("recall"), EPSILON);
    assertEquals((2.0 / 4 + 4.0 / 5 + 0) / 3, values.get("f1"), EPSILON);
    ConfusionMatrix confusion = metric.confusion(sums, 0).orElseThrow();
    assertEquals("ConfusionMatrix[[1, 1, 0], [0, 2, 0], [1, 0, 0]]", confusion.toString());
    assertEquals(Double.NaN, confusion.precision(2));
    assertEquals(0, confusion.recall(2));
    assertEquals(0, confusion.f1(2));
  }

  @Test
  @DisplayName("a class that does not occur at all has no part in macro averages")
  void classThatDoesNotOccur() {
    var metric = Classification.of(4, Targets.CLASS_IDS);
    var values = values(metric, oneHot(4, 0, 1), new float[] {0, 1}, 2);
    assertEquals(Map.of("accuracy", 1.0, "precision", 1.0, "recall", 1.0, "f1", 1.0), values);
  }

  @Test
  void topFiveCountsTheFiveLargest() {
    var metric = Classification.of(7, Targets.CLASS_IDS);
    double[] row = {7, 6, 5, 4, 3, 2, 1};
    double[] output = new double[3 * 7];
    for (int i = 0; i < 3; i++) {
      System.arraycopy(row, 0, output, i * 7, 7);
    }
    var values = values(metric, output, new float[] {0, 4, 5}, 3);
    assertEquals(1.0 / 3, values.get("accuracy"), EPSILON);
    assertEquals(2.0 / 3, values.get("top5Accuracy"), EPSILON);
  }

  @Test
  @DisplayName("of equal outputs the first counts, and NaN is never the largest")
  void tiesAndNaN() {
    var metric = Classification.of(6, Targets.CLASS_IDS);
    double nan = Double.NaN;
    double[] output = {
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, nan, 0, -1, nan, 2, nan, nan, nan, nan, nan, nan, nan
    };
    var values = values(metric, output, new float[] {0, 5, 4, 3}, 4);
    assertEquals(2.0 / 4, values.get("accuracy"), EPSILON);
    assertEquals(2.0 / 4, values.get("top5Accuracy"), EPSILON);
  }

  @Test
  void distributionsCountAsTheirLargestClass() {
    var metric = Classification.of(2, Targets.DISTRIBUTIONS);
    float[] targets = {0.4f, 0.6f, 0.9f, 0.1f};
    assertEquals(0.5, values(metric, oneHot(2, 1, 1), targets, 2).get("accuracy"), EPSILON);
  }

  @Test
  @DisplayName("beyond a thousand classes there is no confusion matrix, and no k² sums")
  void vocabulary() {
    var metric = Classification.of(50_000, Targets.CLASS_IDS);
    double[] sums = new double[metric.width()];
    assertEquals(3, sums.length);
    add(metric, sums, 0, oneHot(50_000, 49_999, 7), new float[] {49_999, 49_999}, 2);
    assertEquals(List.of("accuracy", "top5Accuracy"), List.copyOf(metric.values(sums, 0).keySet()));
    assertEquals(0.5, metric.values(sums, 0).get("accuracy"), EPSILON);
    assertTrue(metric.confusion(sums, 0).isEmpty());
  }

  @Test
  void binary() {
    var metric = new BinaryClassification();
    double[] logits = {2, 0.1, -1, -2, 0, 3, Double.NaN};
    float[] targets = {1, 0, 1, 0, 0, 1, 0};
    var values = values(metric, logits, targets, 7);
    assertEquals(List.of("accuracy", "precision", "recall", "f1"), List.copyOf(values.keySet()));
    assertEquals(5.0 / 7, values.get("accuracy"), EPSILON);
    assertEquals(2.0 / 3, values.get("precision"), EPSILON);
    assertEquals(2.0 / 3, values.get("recall"), EPSILON);
    assertEquals(2.0 / 3, values.get("f1"), EPSILON);
  }

  @Test
  @DisplayName("yes never predicted: precision is NaN, f1 is 0")
  void binaryNeverPredicted() {
    var values = values(new BinaryClassification(), new double[] {-1, -1}, new float[] {1, 0}, 2);
    assertEquals(Double.NaN, values.get("precision"));
    assertEquals(0, values.get("recall"));
    assertEquals(0, values.get("f1"));
  }

  @Test
  void regression() {
    double[] output = {1, 2, 4, 3};
    float[] targets = {1, 3, 2, 6};
    var values = values(new Regression(), output, targets, 2);
    assertEquals(List.of("rmse", "mae", "r2"), List.copyOf(values.keySet()));
    assertEquals(Math.sqrt(14.0 / 4), values.get("rmse"), EPSILON);
    assertEquals(6.0 / 4, values.get("mae"), EPSILON);
    assertEquals(1 - 14.0 / 14, values.get("r2"), EPSILON);
  }

  @Test
  @DisplayName("r2 of constant targets is NaN, whatever rounding leaves of their variance")
  void constantTargets() {
    float[] targets = new float[999];
    Arrays.fill(targets, 0.1f);
    double[] output = new double[999];
    assertEquals(Double.NaN, values(new Regression(), output, targets, 999).get("r2"));
    assertEquals(Double.NaN, values(new Regression(), output, new float[999], 999).get("r2"));
  }

  /** Two rows of three steps, of which the second has one. */
  @Test
  void everyOwnStepCountsAndPaddingDoesNot() {
    int[] lengths = {3, 1};
    float nan = Float.NaN;
    var steps = RawOutputs.steps(Shape.of(3, 2), lengths, oneHot(2, 0, 1, 1, 0, 1, 1));
    var metric = Classification.of(2, Targets.CLASS_IDS);
    double[] sums = new double[metric.width()];
    metric.add(sums, 0, steps, new float[] {0, 0, 1, 0, nan, 7});
    assertEquals(
        "ConfusionMatrix[[2, 1], [0, 1]]", metric.confusion(sums, 0).orElseThrow().toString());
    assertEquals(3.0 / 4, metric.values(sums, 0).get("accuracy"), EPSILON);

    var single = RawOutputs.steps(Shape.of(3, 1), lengths, 1, -1, 2, 4, 9, 9);
    float[] targets = {1, 0, 1, 0, nan, nan};
    var binary = new BinaryClassification();
    sums = new double[binary.width()];
    binary.add(sums, 0, single, targets);
    assertEquals(3.0 / 4, binary.values(sums, 0).get("accuracy"), EPSILON);
    var regression = new Regression();
    sums = new double[regression.width()];
    regression.add(sums, 0, single, targets);
    assertEquals(6.0 / 4, regression.values(sums, 0).get("mae"), EPSILON);
  }

  static Stream<Metric> metrics() {
    return Stream.of(
        Classification.of(3, Targets.CLASS_IDS),
        Classification.of(6, Targets.CLASS_IDS),
        new BinaryClassification(),
        new Regression());
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void withoutRowsEveryScoreIsNaN(Metric metric) {
    var values = values(metric, new double[0], new float[0], 0);
    values.forEach((name, value) -> assertEquals(Double.NaN, value, name));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  @DisplayName("sums of two shards added element by element are those of both, at any offset")
  void sumsMerge(Metric metric) {
    int units = metric instanceof Classification c ? c.classes() : 1;
    double[] output = new double[8 * units];
    float[] targets = new float[8];
    for (int i = 0; i < output.length; i++) {
      output[i] = (i * 7) % 5 - 2;
    }
    for (int i = 0; i < 8; i++) {
      targets[i] = i % 2;
    }
    int width = metric.width();
    double[] both = new double[width];
    add(metric, both, 0, output, targets, 8);
    double[] apart = new double[2 * width + 1];
    add(metric, apart, 0, Arrays.copyOf(output, 3 * units), Arrays.copyOf(targets, 3), 3);
    add(
        metric,
        apart,
        width + 1,
        Arrays.copyOfRange(output, 3 * units, output.length),
        Arrays.copyOfRange(targets, 3, 8),
        5);
    double[] merged = new double[width];
    for (int i = 0; i < width; i++) {
      merged[i] = apart[i] + apart[width + 1 + i];
    }
    assertArrayEquals(both, merged);
    assertEquals(metric.values(both, 0), metric.values(merged, 0));
  }

  @Test
  void theLossChoosesTheMetric() {
    assertEquals(
        Classification.of(10, Targets.CLASS_IDS),
        Metric.of(SoftmaxCrossEntropy.of(), Shape.of(10)));
    assertEquals(
        Classification.of(10, Targets.CLASS_IDS),
        Metric.of(SoftmaxCrossEntropy.of(), Shape.of(7, 10)));
    assertInstanceOf(BinaryClassification.class, Metric.of(new BinaryCrossEntropy(), Shape.of(1)));
    assertInstanceOf(Regression.class, Metric.of(new MeanSquaredError(), Shape.of(2)));
  }

  @Test
  void wrongLengthsAndClassesAreRefused() {
    var metric = Classification.of(3, Targets.CLASS_IDS);
    double[] sums = new double[metric.width()];
    assertThrows(
        IllegalArgumentException.class, () -> add(metric, sums, 0, new double[5], new float[2], 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> add(metric, sums, 0, new double[3], new float[] {3}, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> add(new Regression(), sums, 0, new double[3], new float[2], 1));
  }

  @Test
  void confusionMatrixIsReadable() {
    double[] sums = {99, 10, 2, 0, 0};
    ConfusionMatrix confusion = ConfusionMatrix.of(sums, 1, 2);
    assertEquals(
        """
        true \\ predicted    cat    dog  recall
        cat                  10      2   0.833
        dog                   0      0     n/a
        precision         1.000  0.000   0.833
        """,
        confusion.render(List.of("cat", "dog")));
    assertEquals(confusion, ConfusionMatrix.of(new double[] {10, 2, 0, 0}, 0, 2));
    assertThrows(IllegalArgumentException.class, () -> confusion.render(List.of("cat")));
  }
}
