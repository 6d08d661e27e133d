package org.invar.compute;

import java.io.Serializable;

/**
 * What shards add up to in one step or one evaluation: gradient, batch statistics and scores, all
 * sums over rows.
 *
 * <p>Addition is the element-wise sum, left operand first; {@link org.invar.tensor.SumTree} says in
 * which order.
 *
 * @param gradient the gradient of the loss sum, flat; empty in an evaluation
 * @param statistics the sums of batch statistics, flat; empty in an evaluation
 * @param scores {@link Scores} in float64
 */
@SuppressWarnings("ArrayRecordComponent")
public record ShardSum(float[] gradient, float[] statistics, double[] scores)
    implements Serializable {
  /** Adds the right sum into this one and returns this one. */
  public ShardSum add(ShardSum right) {
    add(gradient, right.gradient);
    add(statistics, right.statistics);
    for (int i = 0; i < scores.length; i++) {
      scores[i] += right.scores[i];
    }
    return this;
  }

  private static void add(float[] left, float[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
  }
}
