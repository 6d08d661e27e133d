package org.invar.score;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.InvarException;
import org.invar.compute.RunPlan;
import org.invar.compute.Scores;
import org.invar.compute.ShardSum;
import org.invar.exchange.ShardJobs;
import org.invar.metric.ConfusionMatrix;
import org.invar.nn.Network;
import org.invar.source.PackedDataset;
import org.invar.source.Preprocessing;
import org.invar.source.Split;
import org.invar.tensor.Weights;

/** Scores packed rows with the tasks and the canonical sums of training, outside of a run. */
final class Evaluator {
  private Evaluator() {}

  /**
   * Returns the scores of all rows, which have the bits of those that a run reports where the
   * kernels are those of the run; others are not refused.
   */
  static Evaluation evaluate(
      JavaSparkContext spark,
      Network network,
      Preprocessing preprocessing,
      Weights weights,
      PackedDataset data) {
    RunPlan plan =
        new RunPlan(
            "evaluate-" + UUID.randomUUID(),
            network,
            preprocessing.normalization(),
            0,
            1,
            data.shardRows(),
            new float[0],
            Map.of(),
            null);
    Scores scores = plan.scores();
    ShardSum sum;
    try (var jobs = new ShardJobs(spark, plan)) {
      sum = jobs.sum(weights, Split.TRAIN.label(), data, null);
    }
    if (sum == null) {
      throw new IllegalStateException("no scores of " + data.rows() + " rows");
    }
    double[] sums = sum.scores();
    if (Scores.weight(sums) > 0 && !Double.isFinite(Scores.loss(sums))) {
      throw InvarException.of(
          "the loss of the model",
          "a finite number",
          String.valueOf(Scores.loss(sums)),
          "Look for rows far from those of training: their outputs leave float32.");
    }
    Optional<ConfusionMatrix> confusion = scores.confusion(sums);
    return new Evaluation(
        scores.values(sums),
        Scores.rows(sums),
        confusion,
        confusion.map(matrix -> names(preprocessing, matrix.classes())).orElse(List.of()));
  }

  /** A distribution's classes have no names but their ids. */
  private static List<String> names(Preprocessing preprocessing, int classes) {
    return preprocessing.classes().isEmpty()
        ? IntStream.range(0, classes).mapToObj(String::valueOf).toList()
        : preprocessing.classes();
  }
}
