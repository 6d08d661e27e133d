package org.invar.data;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Examples that go through a network together: one shard's part of a mini-batch.
 *
 * @param features the inputs [rows, input shape]
 * @param targets rows × target width, row-major, as the loss takes them
 * @param weights the rows' example weights
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(INDArray features, float[] targets, float[] weights) {
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
