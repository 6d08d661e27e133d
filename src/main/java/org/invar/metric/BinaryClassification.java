package org.invar.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.invar.loss.Rows;
import org.invar.tensor.Value;

/**
 * Scores of yes-or-no outputs: accuracy, and precision, recall and f1 of "yes".
 *
 * <p>A logit above 0 predicts yes, NaN does not; a target above ½ is a yes. A network with several
 * outputs a row makes as many decisions, which all count alike. Precision is NaN when yes was never
 * predicted, recall and f1 when it never was the target.
 */
public record BinaryClassification() implements Metric {
  private static final int CLASSES = 2;
  private static final int YES = 1;

  @Override
  public int width() {
    return CLASSES * CLASSES;
  }

  @Override
  public void add(double[] sums, int offset, Value outputs, float[] targets) {
    double[] output = new double[outputs.units()];
    Rows.requireTargets(outputs, output.length, targets);
    for (int row = 0; row < outputs.rows(); row++) {
      int target = row * outputs.steps() * output.length;
      for (int step = 0; step < outputs.ownSteps(row); step++) {
        outputs.read(row, step, output);
        for (double logit : output) {
          int actual = targets[target++] > 0.5f ? YES : 0;
          int predicted = logit > 0 ? YES : 0;
          sums[offset + actual * CLASSES + predicted]++;
        }
      }
    }
  }

  @Override
  public Map<String, Double> values(double[] sums, int offset) {
    ConfusionMatrix confusion = ConfusionMatrix.of(sums, offset, CLASSES, YES);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("accuracy", confusion.accuracy());
    values.put("precision", confusion.precision(YES));
    values.put("recall", confusion.recall(YES));
    values.put("f1", confusion.f1(YES));
    return Collections.unmodifiableMap(values);
  }

  @Override
  public Optional<ConfusionMatrix> confusion(double[] sums, int offset) {
    return Optional.of(ConfusionMatrix.of(sums, offset, CLASSES, YES));
  }
}
