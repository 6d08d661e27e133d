package org.invar.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.invar.loss.Rows;
import org.invar.loss.SoftmaxCrossEntropy.Targets;
import org.invar.tensor.Value;

/**
 * Scores of a network that chooses one of several classes: accuracy, top5Accuracy (with more than 5
 * classes), and, with at most 1,000 classes, precision, recall and f1 as {@link ConfusionMatrix}'s
 * macro averages.
 *
 * <p>The class predicted is that of the largest output, of equal ones the first; a NaN is never the
 * largest, and a row of nothing else counts for class 0. The true class of a distribution is found
 * in the same way. Where rows are sequences with a class at every step, each own step counts as a
 * row does elsewhere. The sums are the rows, those predicted right, those whose true class is among
 * the 5 largest outputs, and then the confusion matrix, (true, predicted).
 *
 * @param classes the number of classes, at least 2
 * @param targets how a row's target is given
 * @param matrix whether confusions are counted; without them there are no precision, recall and f1
 */
public record Classification(int classes, Targets targets, boolean matrix) implements Metric {
  private static final int TOP = 5;

  // The matrix of more, such as the words of a language, would fill the memory and tell nobody
  // much.
  private static final int MOST_CONFUSED = 1000;
  private static final int RIGHT = 1;
  private static final int IN_TOP = 2;
  private static final int MATRIX = 3;

  /** Refuses fewer than 2 classes. */
  public Classification {
    if (classes < 2) {
      throw new IllegalArgumentException("classes=" + classes + " is not at least 2");
    }
  }

  /** Returns the metric with a confusion matrix, unless it would be too large. */
  public static Classification of(int classes, Targets targets) {
    return new Classification(classes, targets, classes <= MOST_CONFUSED);
  }

  /** Returns the metric without a confusion matrix. */
  @Override
  public Classification quick() {
    return new Classification(classes, targets, false);
  }

  @Override
  public int width() {
    return MATRIX + (matrix ? classes * classes : 0);
  }

  @Override
  public void add(double[] sums, int offset, Value outputs, float[] targets) {
    boolean ids = this.targets == Targets.CLASS_IDS;
    Rows.requireLength("a step of outputs", outputs.units(), classes);
    Rows.requireTargets(outputs, ids ? 1 : classes, targets);
    double[] output = new double[classes];
    for (int row = 0; row < outputs.rows(); row++) {
      for (int step = 0; step < outputs.ownSteps(row); step++) {
        outputs.read(row, step, output);
        int actual =
            ids
                ? Rows.classId(outputs, targets, row, step)
                : largest(targets, (row * outputs.steps() + step) * classes);
        int predicted = largest(output);
        sums[offset + RIGHT] += predicted == actual ? 1 : 0;
        sums[offset + IN_TOP] += inTop(output, actual) ? 1 : 0;
        if (matrix) {
          sums[offset + MATRIX + actual * classes + predicted]++;
        }
      }
      sums[offset] += outputs.ownSteps(row);
    }
  }

  private int largest(double[] values) {
    int largest = 0;
    for (int j = 1; j < classes; j++) {
      if (!(values[j] <= values[largest]) && !Double.isNaN(values[j])) {
        largest = j;
      }
    }
    return largest;
  }

  private int largest(float[] values, int start) {
    int largest = 0;
    for (int j = 1; j < classes; j++) {
      if (values[start + j] > values[start + largest]) {
        largest = j;
      }
    }
    return largest;
  }

  private boolean inTop(double[] output, int actual) {
    double own = output[actual];
    int before = 0;
    for (int j = 0; j < classes; j++) {
      double other = output[j];
      if (other > own || (other == own && j < actual)) {
        before++;
      }
    }
    return before < TOP && !Double.isNaN(own);
  }

  @Override
  public Map<String, Double> values(double[] sums, int offset) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("accuracy", sums[offset + RIGHT] / sums[offset]);
    if (classes > TOP) {
      values.put("top5Accuracy", sums[offset + IN_TOP] / sums[offset]);
    }
    confusion(sums, offset)
        .ifPresent(
            confusion -> {
              values.put("precision", confusion.macroPrecision());
              values.put("recall", confusion.macroRecall());
              values.put("f1", confusion.macroF1());
            });
    return Collections.unmodifiableMap(values);
  }

  @Override
  public Optional<ConfusionMatrix> confusion(double[] sums, int offset) {
    return matrix
        ? Optional.of(ConfusionMatrix.of(sums, offset + MATRIX, classes))
        : Optional.empty();
  }
}
