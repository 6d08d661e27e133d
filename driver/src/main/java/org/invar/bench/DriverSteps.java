package org.invar.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.invar.compute.ShardSum;
import org.invar.compute.StepResult;
import org.invar.gang.ExchangeProbe.Pace;
import org.invar.optim.Adam;
import org.invar.optim.ParameterAverager;
import org.invar.optim.UpdateRule;
import org.invar.rows.Shipped;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.SumTree;
import org.invar.tensor.Weights;

/**
 * Steps of the {@code driver} exchange without their gradients: a Spark job a step takes the
 * parameters to every executor and a sum of each back to the driver, which adds and updates.
 */
final class DriverSteps {
  private final JavaRDD<Integer> ranks;
  private final int workers;
  private final JavaSparkContext spark;
  private final ParameterAverager averager;
  private final float[] parameters;

  private DriverSteps(JavaSparkContext spark, int workers, int floats) {
    this.spark = spark;
    this.workers = workers;
    this.ranks = spark.parallelize(IntStream.range(0, workers).boxed().toList(), workers).cache();
    Layout layout =
        Layout.of(
            List.of(Layout.Spec.decayed("vector", Shape.of(floats), new Initializer.Zeros())));
    this.averager = ParameterAverager.of(layout, UpdateRule.of(Adam.of()));
    this.parameters = new float[floats];
  }

  /** Returns the milliseconds of every step. */
  static double[] take(JavaSparkContext spark, int workers, int floats, Pace pace) {
    var steps = new DriverSteps(spark, workers, floats);
    steps.take(pace.warmUp());
    List<Double> millis = steps.take(pace);
    steps.ranks.unpersist();
    return millis.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private List<Double> take(Pace pace) {
    List<Double> millis = new ArrayList<>();
    long start = System.nanoTime();
    long before = start;
    while (!pace.isOver(millis.size(), (before - start) * 1e-9)) {
      step();
      long now = System.nanoTime();
      millis.add((now - before) * 1e-6);
      before = now;
    }
    return millis;
  }

  private void step() {
    Broadcast<Shipped<Weights>> weights =
        spark.broadcast(Shipped.of(new Weights(parameters, new float[0])));
    try {
      Map<SumTree.Node, ShardSum> pieces = new HashMap<>();
      for (Shipped<StepResult> result : ranks.map(new Task(weights)).collect()) {
        for (StepResult.Subtree piece : result.value().sums()) {
          pieces.put(new SumTree.Node(piece.from(), piece.to()), piece.sum());
        }
      }
      ShardSum sum =
          Objects.requireNonNull(
              SumTree.finish(new SumTree.Node(0, workers), pieces::get, ShardSum::add));
      averager.step(parameters, sum.gradient(), workers, 1e-3);
    } finally {
      weights.destroy(false);
    }
  }

  /** Receives the parameters and returns as many values. */
  private record Task(Broadcast<Shipped<Weights>> weights)
      implements Function<Integer, Shipped<StepResult>> {
    @Override
    public Shipped<StepResult> call(Integer rank) {
      float[] gradient = new float[weights.value().value().parameters().length];
      Arrays.fill(gradient, 1e-3f);
      var sum = new ShardSum(gradient, new float[0], new double[] {0, 1, 1});
      return Shipped.of(new StepResult(List.of(new StepResult.Subtree(rank, rank + 1, sum)), null));
    }
  }
}
