package org.invar.compute;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.data.BatchPlan;
import org.invar.data.Normalization;
import org.invar.metric.Metric;
import org.invar.nn.Network;
import org.invar.rows.ShardDigest;
import org.jspecify.annotations.Nullable;

/**
 * What every worker must know of a run, and what does not change during it.
 *
 * @param runId names the run among all that an executor has seen
 * @param network the layers and the loss
 * @param normalization from stored bytes to inputs; float32 features are stored as inputs
 * @param seed of everything random
 * @param batchSize rows of a mini-batch over all shards
 * @param shardRows the training rows of each shard
 * @param classFactors what a training row's weight is multiplied by in the gradient, by its class;
 *     empty where all count alike
 * @param hashes {@link ShardDigest} of each shard of each split, by the split's name
 * @param fingerprint what every worker's kernels must be, or null when the job is not exact
 */
@SuppressWarnings("ArrayRecordComponent")
public record RunPlan(
    String runId,
    Network network,
    Normalization normalization,
    long seed,
    int batchSize,
    long[] shardRows,
    float[] classFactors,
    Map<String, List<String>> hashes,
    @Nullable KernelFingerprint fingerprint)
    implements Serializable {
  /** Refuses to compute in this process with other kernels than the run's. */
  public void checkKernels() {
    KernelFingerprint found = KernelFingerprint.current();
    if (fingerprint != null && !fingerprint.equals(found)) {
      throw InvarException.of(
          "a worker that joined the run",
          "the kernels of the others, " + fingerprint,
          found.toString(),
          fingerprint.remedy(found) + " Or give up exactness with train.exact: false.");
    }
  }

  /** Returns V, the number of shards. */
  public int shards() {
    return shardRows.length;
  }

  /** Returns which rows of each shard a mini-batch takes. */
  public BatchPlan batches() {
    return BatchPlan.of(shardRows, batchSize);
  }

  /** Returns the scores of a step: without what only an evaluation is looked at for. */
  public Scores stepScores() {
    return new Scores(Metric.of(network.loss(), network.output().shape()).quick());
  }

  /** Returns the scores that go with the network's loss. */
  public Scores scores() {
    return new Scores(Metric.of(network.loss(), network.output().shape()));
  }
}
