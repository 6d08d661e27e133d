package org.invar.exchange;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.invar.compute.RunPlan;
import org.invar.compute.ShardSum;
import org.invar.compute.ShardTask;
import org.invar.compute.StepResult;
import org.invar.compute.StepResult.NonFinite;
import org.invar.rows.Shipped;
import org.invar.source.PackedDataset;
import org.invar.source.SparkFailures;
import org.invar.tensor.SumTree;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sums over shards by ordinary Spark jobs: weights are broadcast, the tasks' partial sums are
 * collected, and the driver finishes the canonical tree.
 *
 * <p>Slow, since a job costs tens of milliseconds, but plain: Spark retries lost tasks, and a task
 * that runs again gives the same bits.
 */
public final class ShardJobs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ShardJobs.class);

  private final JavaSparkContext spark;
  private final RunPlan plan;
  private final Broadcast<Shipped<RunPlan>> broadcastPlan;

  /** Makes the jobs of a run. */
  public ShardJobs(JavaSparkContext spark, RunPlan plan) {
    this.spark = spark;
    this.plan = plan;
    this.broadcastPlan = spark.broadcast(Shipped.of(plan));
  }

  /**
   * Returns the sum over all shards, or null without rows.
   *
   * @param split the data's name
   * @param step which mini-batch, or null to score every row
   */
  public @Nullable ShardSum sum(
      Weights weights, String split, PackedDataset data, ShardTask.@Nullable Step step) {
    Broadcast<Shipped<Weights>> broadcast = spark.broadcast(Shipped.of(weights));
    try {
      int partitions = data.blocks().getNumPartitions();
      var task = new ShardTask(broadcastPlan, broadcast, split, partitions, step);
      List<Shipped<StepResult>> results =
          SparkFailures.explained(
              step == null ? "evaluation of " + split : "step " + (step.step() + 1),
              () -> data.blocks().mapPartitionsWithIndex(task, true).collect());
      return finish(results, step);
    } finally {
      broadcast.destroy(false);
    }
  }

  private @Nullable ShardSum finish(
      List<Shipped<StepResult>> results, ShardTask.@Nullable Step step) {
    Map<SumTree.Node, ShardSum> pieces = new HashMap<>();
    for (Shipped<StepResult> shipped : results) {
      StepResult result = shipped.value();
      NonFinite nonFinite = result.nonFinite();
      if (nonFinite != null && step != null) {
        throw new NonFiniteException(
            step.step() + 1, nonFinite.what() + " of shard " + nonFinite.shard());
      }
      for (StepResult.Subtree piece : result.sums()) {
        pieces.put(new SumTree.Node(piece.from(), piece.to()), piece.sum());
      }
    }
    return SumTree.finish(new SumTree.Node(0, plan.shards()), pieces::get, ShardSum::add);
  }

  /** Lets executors forget the run; those that are not reached let go when they need the memory. */
  @Override
  public void close() {
    String runId = plan.runId();
    int tasks = Math.max(1, spark.defaultParallelism());
    try {
      spark
          .parallelize(Collections.nCopies(tasks, 0), tasks)
          .foreach(task -> ShardTask.release(runId));
    } catch (RuntimeException e) {
      LOG.info("run {} could not be released everywhere", runId, e);
    } finally {
      broadcastPlan.destroy(false);
    }
  }
}
