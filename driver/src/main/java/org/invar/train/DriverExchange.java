package org.invar.train;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.invar.param.SumTree;
import org.invar.param.Weights;
import org.invar.source.PackedDataset;
import org.invar.source.PackedSplits;
import org.invar.source.SparkFailures;
import org.invar.source.Split;
import org.invar.worker.RunPlan;
import org.invar.worker.ShardSum;
import org.invar.worker.ShardTask;
import org.invar.worker.Shipped;
import org.invar.worker.StepResult;
import org.invar.worker.StepResult.NonFinite;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code driver} exchange: one Spark job a step; the tasks' partial sums are collected and the
 * driver finishes the canonical tree.
 *
 * <p>Slow, since a job costs tens of milliseconds, but plain: Spark retries lost tasks, and a task
 * that runs again gives the same bits.
 */
final class DriverExchange implements Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(DriverExchange.class);

  private final JavaSparkContext spark;
  private final RunPlan plan;
  private final PackedSplits splits;
  private final Broadcast<Shipped<RunPlan>> broadcastPlan;

  DriverExchange(JavaSparkContext spark, RunPlan plan, PackedSplits splits) {
    this.spark = spark;
    this.plan = plan;
    this.splits = splits;
    this.broadcastPlan = spark.broadcast(Shipped.of(plan));
  }

  @Override
  public ShardSum step(Weights weights, ShardTask.Step step) {
    ShardSum sum = sum(weights, Split.TRAIN, splits.train(), step);
    if (sum == null) {
      throw new IllegalStateException("batch " + step.batch() + " has no rows");
    }
    return sum;
  }

  @Override
  public double @Nullable [] evaluate(Weights weights, Split split) {
    PackedDataset data = splits.of(split);
    ShardSum sum = data == null ? null : sum(weights, split, data, null);
    return sum == null ? null : sum.scores();
  }

  /** Executors that are not reached let go when they need the memory. */
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

  private @Nullable ShardSum sum(
      Weights weights, Split split, PackedDataset data, ShardTask.@Nullable Step step) {
    Broadcast<Shipped<Weights>> broadcast = spark.broadcast(Shipped.of(weights));
    try {
      int partitions = data.blocks().getNumPartitions();
      var task = new ShardTask(broadcastPlan, broadcast, split.label(), partitions, step);
      List<Shipped<StepResult>> results =
          SparkFailures.explained(
              step == null ? "evaluation of " + split.label() : "step " + (step.step() + 1),
              () -> data.blocks().mapPartitionsWithIndex(task, true).collect());
      return finish(results);
    } finally {
      broadcast.destroy(false);
    }
  }

  private @Nullable ShardSum finish(List<Shipped<StepResult>> results) {
    Map<SumTree.Node, ShardSum> pieces = new HashMap<>();
    for (Shipped<StepResult> shipped : results) {
      StepResult result = shipped.value();
      NonFinite nonFinite = result.nonFinite();
      if (nonFinite != null) {
        throw new NonFiniteException(nonFinite);
      }
      for (StepResult.Subtree piece : result.sums()) {
        pieces.put(new SumTree.Node(piece.from(), piece.to()), piece.sum());
      }
    }
    return finish(new SumTree.Node(0, plan.shards()), pieces);
  }

  private static @Nullable ShardSum finish(SumTree.Node node, Map<SumTree.Node, ShardSum> pieces) {
    ShardSum piece = pieces.get(node);
    if (piece != null || node.to() - node.from() == 1) {
      return piece;
    }
    ShardSum left = finish(new SumTree.Node(node.from(), node.split()), pieces);
    ShardSum right = finish(new SumTree.Node(node.split(), node.to()), pieces);
    if (left == null) {
      return right;
    }
    return right == null ? left : left.add(right);
  }
}
