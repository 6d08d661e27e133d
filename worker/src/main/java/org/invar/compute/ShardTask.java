package org.invar.compute;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.invar.compute.StepResult.NonFinite;
import org.invar.compute.StepResult.Subtree;
import org.invar.data.Shards;
import org.invar.rows.ShardRows;
import org.invar.rows.Shipped;
import org.invar.tensor.SumTree;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * A Spark task of the {@code driver} exchange: the sums of the shards of one partition, for one
 * step or one evaluation.
 *
 * @param plan the run
 * @param weights parameters and running state to compute with
 * @param split the name of the data that the partitions hold
 * @param partitions N
 * @param step which mini-batch, or null to score every row
 */
public record ShardTask(
    Broadcast<Shipped<RunPlan>> plan,
    Broadcast<Shipped<Weights>> weights,
    String split,
    int partitions,
    @Nullable Step step)
    implements Function2<Integer, Iterator<byte[]>, Iterator<Shipped<StepResult>>> {
  /**
   * A mini-batch's place in the run.
   *
   * @param epoch counted from 0
   * @param batch counted from 0 in the epoch
   * @param step counted from 0 over the run
   */
  public record Step(long epoch, long batch, long step) implements Serializable {}

  @Override
  public Iterator<Shipped<StepResult>> call(Integer partition, Iterator<byte[]> blocks) {
    try {
      return List.of(Shipped.of(compute(partition, blocks))).iterator();
    } catch (RuntimeException | OutOfMemoryError e) {
      Throwable memory = OutOfMemory.behind(e);
      if (memory != null) {
        throw OutOfMemory.explained("task %d of %d".formatted(partition, partitions), memory);
      }
      throw e;
    }
  }

  private StepResult compute(Integer partition, Iterator<byte[]> blocks) {
    RunPlan run = plan.value().value();
    WorkerState worker = WorkerState.of(run);
    Map<Integer, ShardRows> shards = worker.shards(split, partition, blocks);
    Shards.Range range = Shards.range(run.shards(), partitions, partition);
    return worker.compute(
        computer -> {
          computer.weights().write(weights.value().value());
          return step == null
              ? evaluate(run, range, shards, computer)
              : new StepPass(run, worker, step, shards, computer).run(range);
        });
  }

  /** Lets this JVM forget what it keeps of a run. */
  public static void release(String runId) {
    WorkerState.release(runId);
  }

  private static StepResult evaluate(
      RunPlan run, Shards.Range range, Map<Integer, ShardRows> shards, ShardComputer computer) {
    return new StepResult(
        sums(
            run,
            range,
            shard -> {
              ShardRows rows = shards.get(shard);
              return rows == null
                  ? null
                  : new ShardSum(new float[0], new float[0], computer.scores(rows));
            }),
        null);
  }

  private static List<Subtree> sums(
      RunPlan run, Shards.Range range, IntFunction<? extends @Nullable ShardSum> leaf) {
    List<Subtree> sums = new ArrayList<>();
    for (SumTree.Node node : SumTree.subtrees(run.shards(), range.from(), range.to())) {
      ShardSum sum = SumTree.sum(node, leaf, ShardSum::add);
      if (sum != null) {
        sums.add(new Subtree(node.from(), node.to(), sum));
      }
    }
    return sums;
  }

  /** One step over the shards of a range. */
  private static final class StepPass {
    private final WorkerState worker;
    private final RunPlan run;
    private final Step step;
    private final Map<Integer, ShardRows> shards;
    private final ShardComputer computer;
    private final int[] from;
    private final int[] to;
    private @Nullable NonFinite nonFinite;

    StepPass(
        RunPlan run,
        WorkerState worker,
        Step step,
        Map<Integer, ShardRows> shards,
        ShardComputer computer) {
      this.run = run;
      this.worker = worker;
      this.step = step;
      this.shards = shards;
      this.computer = computer;
      this.from = run.batches().starts(step.batch());
      this.to = run.batches().starts(step.batch() + 1);
    }

    StepResult run(Shards.Range range) {
      return new StepResult(sums(run, range, this::gradient), nonFinite);
    }

    private @Nullable ShardSum gradient(int shard) {
      ShardRows rows = shards.get(shard);
      if (rows == null || from[shard] == to[shard]) {
        return null;
      }
      int[] order = worker.order(step.epoch(), shard, rows.rows());
      ShardSum sum =
          worker.gradient(
              buffer -> {
                double[] scores =
                    computer.gradient(
                        rows,
                        shard,
                        order,
                        from[shard],
                        to[shard],
                        step.epoch(),
                        step.step(),
                        buffer);
                Weights vectors = buffer.vectors().read();
                return new ShardSum(vectors.parameters(), vectors.state(), scores);
              });
      if (nonFinite == null && !Scores.finite(sum.scores())) {
        String what =
            computer.firstNonFinite(
                rows, shard, order, from[shard], to[shard], step.epoch(), step.step());
        nonFinite = new NonFinite(shard, what == null ? "the loss" : what);
      }
      return sum;
    }
  }
}
