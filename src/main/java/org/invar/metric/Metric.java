package org.invar.metric;

import java.util.Map;
import java.util.Optional;
import org.invar.loss.Loss;
import org.invar.loss.SoftmaxCrossEntropy.Targets;
import org.invar.tensor.Shape;
import org.invar.tensor.Value;

/**
 * Scores of a network's outputs that are computed from sums over rows.
 *
 * <p>A shard's sums are a piece of a float64 array; the sums of two shards merge by element-wise
 * addition. Rows count alike, whatever their weights; of rows that are sequences every own step
 * counts, and all steps alike. A metric is an immutable value.
 */
public interface Metric {
  /** Returns how many sums the metric needs. */
  int width();

  /**
   * Adds a batch to the sums.
   *
   * @param sums the sums, of which [offset, offset + width) are this metric's; 0 before the first
   *     row
   * @param offset where this metric's sums start
   * @param outputs raw outputs as the loss takes them
   * @param targets targets as the loss takes them
   * @throws IllegalArgumentException when lengths do not fit
   */
  void add(double[] sums, int offset, Value outputs, float[] targets);

  /**
   * Returns the scores by name, in the order in which they are shown; NaN for those that the rows
   * leave undefined, so all of them without rows.
   *
   * @param sums merged sums
   * @param offset where this metric's sums start
   */
  Map<String, Double> values(double[] sums, int offset);

  /** Returns the metric for every step: without what only an evaluation is looked at for. */
  default Metric quick() {
    return this;
  }

  /** Returns the confusion matrix that the sums hold, or nothing where the metric has none. */
  default Optional<ConfusionMatrix> confusion(double[] sums, int offset) {
    return Optional.empty();
  }

  /**
   * Returns the metric of a loss's targets: {@link Classification}, {@link BinaryClassification} or
   * {@link Regression}.
   *
   * @param loss the loss
   * @param output the shape of one row of output, which the loss accepts
   */
  static Metric of(Loss loss, Shape output) {
    return switch (loss.targetKind()) {
      case CLASSES -> Classification.of(output.get(-1), Targets.CLASS_IDS);
      case DISTRIBUTIONS -> Classification.of(output.get(-1), Targets.DISTRIBUTIONS);
      case YES_OR_NO -> new BinaryClassification();
      case NUMBERS -> new Regression();
    };
  }
}
