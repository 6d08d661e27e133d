package org.invar.compute;

import java.util.Map;
import org.invar.data.ShardOrder;
import org.invar.data.Shards;
import org.invar.gang.GangPlan;
import org.invar.gang.SmallRun;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.rows.ShardRows;
import org.invar.rows.SplitNames;
import org.invar.tensor.Layout;
import org.invar.tensor.SumTree;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * Steps over a range of shards as the driver's exchange takes them: shard after shard into whole
 * arrays, one averager.
 */
public final class Reference implements AutoCloseable {
  private final GangPlan plan;
  private final RunPlan run;
  private final Map<String, Map<Integer, ShardRows>> splits;
  private final Shards.Range range;
  private final FlatPair weights;
  private final GradientBuffer buffer;
  private final ShardComputer computer;
  private final float[] parameters;
  public final ParameterAverager averager;
  final RunningState running;

  /** Makes the reference of one worker's shards; of all with one worker. */
  public Reference(SmallRun small, GangPlan plan, int workers, int rank) {
    this.plan = plan;
    this.run = small.run();
    this.splits = small.splits(workers, rank);
    this.range = Shards.range(run.shards(), workers, rank);
    Layout layout = run.network().layout();
    Layout stateLayout = run.network().stateLayout();
    this.averager = ParameterAverager.of(layout, plan.rule());
    this.parameters = layout.initialValues(run.seed());
    this.running = RunningState.of(stateLayout, stateLayout.initialValues(run.seed()));
    this.weights = new FlatPair(run.network());
    this.buffer = new GradientBuffer(run.network());
    this.computer = new ShardComputer(run, weights);
  }

  /** Takes a step, counted over the run; returns its scores. */
  public double[] step(int step) {
    weights.write(weights());
    int epoch = step / SmallRun.STEPS_AN_EPOCH;
    int[] from = run.batches().starts(step % SmallRun.STEPS_AN_EPOCH);
    int[] to = run.batches().starts(step % SmallRun.STEPS_AN_EPOCH + 1);
    ShardSum sum =
        SumTree.sum(
            new SumTree.Node(0, run.shards()),
            shard -> shard(shard, epoch, step, from, to),
            ShardSum::add);
    if (sum == null) {
      averager.advance();
      return run.stepScores().zero();
    }
    double weight = Scores.weight(sum.scores());
    double[] blocks = new double[ParameterAverager.blocks(averager.to())];
    averager.blockSquaredNorms(parameters, sum.gradient(), weight, blocks);
    double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
    averager.step(parameters, sum.gradient(), weight, SmallRun.rate(step), norm);
    running.update(sum.statistics(), Scores.rows(sum.scores()));
    return sum.scores();
  }

  private @Nullable ShardSum shard(int shard, int epoch, int step, int[] from, int[] to) {
    ShardRows rows = splits.getOrDefault(SplitNames.TRAIN, Map.of()).get(shard);
    if (shard < range.from() || shard >= range.to() || rows == null || from[shard] == to[shard]) {
      return null;
    }
    int[] order = ShardOrder.of(run.seed(), epoch, shard, rows.rows());
    double[] scores =
        computer.gradient(rows, shard, order, from[shard], to[shard], epoch, step, buffer);
    Weights sums = buffer.vectors().read();
    return new ShardSum(sums.parameters(), sums.state(), scores);
  }

  /** Returns the scores of a split. */
  public double[] evaluate(String split) {
    weights.write(weights());
    double[] scores =
        SumTree.sum(
            new SumTree.Node(0, run.shards()),
            shard -> {
              ShardRows rows = splits.getOrDefault(split, Map.of()).get(shard);
              return rows == null ? null : computer.scores(rows);
            },
            Reference::add);
    return scores == null ? plan.run().scores().zero() : scores;
  }

  public static double[] add(double[] left, double[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  /** Returns the weights themselves, which the next step changes. */
  public Weights weights() {
    return new Weights(parameters, running.values());
  }

  /** Returns all that averaging averages: parameters, moments and state, one behind another. */
  float[][] vectors() {
    float[][] vectors = new float[averager.moments() + 2][];
    vectors[0] = parameters;
    for (int i = 0; i < averager.moments(); i++) {
      vectors[1 + i] = averager.moment(i);
    }
    vectors[vectors.length - 1] = running.values();
    return vectors;
  }

  private void set(int vector, float[] values) {
    if (vector > 0 && vector <= averager.moments()) {
      averager.writeMoment(vector - 1, 0, values, 0, values.length);
    } else {
      System.arraycopy(values, 0, vectors()[vector], 0, values.length);
    }
  }

  /** Gives all references the mean of their vectors: a float32 sum in the tree, divided. */
  public static void average(Reference... all) {
    for (int vector = 0; vector < all[0].vectors().length; vector++) {
      int index = vector;
      float[] sum =
          SumTree.sum(
              new SumTree.Node(0, all.length),
              rank -> all[rank].vectors()[index].clone(),
              Reference::add);
      for (int i = 0; i < sum.length; i++) {
        sum[i] = (float) (sum[i] / (double) all.length);
      }
      for (Reference one : all) {
        one.set(index, sum);
      }
    }
  }

  private static float[] add(float[] left, float[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  /** Returns the weights after steps of the whole run. */
  public static Weights train(SmallRun small, GangPlan plan, int steps) {
    try (var reference = new Reference(small, plan, 1, 0)) {
      for (int step = 0; step < steps; step++) {
        reference.step(step);
      }
      return reference.weights().copy();
    }
  }

  @Override
  public void close() {
    computer.close();
    buffer.close();
    weights.close();
  }
}
