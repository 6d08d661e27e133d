package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One column of losses is one quantity, whatever class weights do to the gradient. */
class WeightedLossTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> rows;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
    rows = spark.sql("SELECT id % 13 AS x, 1 + id % 3 AS w, int(id % 5 = 0) AS y FROM range(120)");
    rows.write().parquet(folder.resolve("rows").toString());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static TrainingResult train(String name, String weights, String rate) {
    Job job =
        Job.parse(
            """
            name: weighted
            data:
              train: {format: parquet, path: %1$s/rows}
              dev: {format: parquet, path: %1$s/rows}
              label: y
              weight: w
              standardize: true
            %2$s
            model: {layers: [dense: 2]}
            loss: softmaxCrossEntropy
            train: {epochs: 2, batchSize: 40, optimizer: sgd, schedule: {constant: %3$s}}
            """
                .formatted(folder, weights, rate),
            name);
    return Trainer.of(spark, job).directory(folder.resolve(name).toString()).train();
  }

  @Test
  void theSameRowsHaveTheSameLossInEveryColumn() {
    TrainingResult result = train("classes", "  classWeights: {0: 0.25, 1: 4}", "0.1");
    Map<String, Double> scores = result.scores();
    assertEquals(scores.get("devLoss"), scores.get("trainLoss"));
    TrainedModel model = TrainedModel.load(spark, result.directory());
    assertEquals(scores.get("devLoss"), model.evaluate(rows).scores().get("loss"), 1e-12);
    // Class weights are in the gradient all the same.
    assertNotEquals(scores.get("devLoss"), train("plain", "", "0.1").scores().get("devLoss"));
  }

  @Test
  void theLossOfAnEpochIsThatQuantityToo() {
    // With a rate that moves nothing, the batches of an epoch are scored by the same weights.
    TrainingResult result = train("still", "  classWeights: {0: 0.25, 1: 4}", "1.0e-30");
    Map<String, Double> epoch = result.history().get(1).scores();
    assertEquals(epoch.get("devLoss"), epoch.get("trainLoss"), 1e-12);
  }
}
