package org.invar.data;

import org.invar.tensor.Value;

/**
 * Examples that go through a network together: one shard's part of a mini-batch.
 *
 * @param features the inputs [rows, input shape], with the lengths of sequences
 * @param targets rows × target width, row-major, as the loss takes them
 * @param weights the rows' example weights
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(Value features, float[] targets, float[] weights) {
  /**
   * Returns the batch whose rows weigh as their classes do.
   *
   * @param factors what a row's weight is multiplied by, by the class that is its one target; empty
   *     leaves weights as they are
   */
  public Batch weightedBy(float[] factors) {
    if (factors.length == 0) {
      return this;
    }
    float[] weighted = new float[weights.length];
    for (int row = 0; row < weighted.length; row++) {
      weighted[row] = weights[row] * factors[(int) targets[row]];
    }
    return new Batch(features, targets, weighted);
  }

  /** Returns the number of examples. */
  public int rows() {
    return weights.length;
  }

  /** Returns Σ weights in float64, in row order. */
  public double weight() {
    double sum = 0;
    for (float weight : weights) {
      sum += weight;
    }
    return sum;
  }
}
