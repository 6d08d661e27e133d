package org.invar.train;

import org.invar.param.Weights;
import org.invar.source.Split;
import org.invar.worker.ShardSum;
import org.invar.worker.ShardTask.Step;
import org.jspecify.annotations.Nullable;

/** How the shards' sums of a step, or of an evaluation, come together on the driver. */
interface Exchange extends AutoCloseable {
  /**
   * Returns the sum of a mini-batch over all shards.
   *
   * @param weights what to compute with; read before the method returns
   * @param step which mini-batch
   * @throws NonFiniteException when a loss is NaN or infinite
   */
  ShardSum step(Weights weights, Step step);

  /** Returns the scores of all rows of a split, or null when the job has no such split. */
  double @Nullable [] evaluate(Weights weights, Split split);

  /** Lets the workers forget the run. */
  @Override
  void close();
}
