package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loss that stops being a number behind the last step, where no step sees it. */
class LossIsNoNumberTest {
  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static TrainingResult train(String name, String rate) {
    Job job =
        Job.parse(
            """
            name: diverged
            data: {train: {format: dataset}, label: y}
            model: {layers: [{dense: {units: 8, activation: relu}}, dense: 1]}
            loss: meanSquaredError
            train: {epochs: 1, batchSize: 100, optimizer: sgd, schedule: {constant: %s}}
            """
                .formatted(rate),
            name);
    return Trainer.of(spark, job)
        .data(spark.sql("SELECT id % 10 AS x, 1e9 + id % 7 AS y FROM range(50)"))
        .directory(folder.resolve(name).toString())
        .train();
  }

  @Test
  void aModelWithoutALossIsNoResult() {
    InvarException refused = assertThrows(InvarException.class, () -> train("diverged", "1.0e+15"));
    assertTrue(
        refused
            .getMessage()
            .startsWith(
                "the loss of the trained weights on the train split: expected a finite number,"
                    + " found "),
        refused.getMessage());
    assertTrue(refused.getMessage().contains("Lower the learning rate"), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("diverged/summary.json")));
    assertFalse(Files.exists(folder.resolve("diverged/model")));
  }

  @Test
  void norHasAnEvaluationOne() {
    TrainingResult result = train("whole", "1.0e-12");
    TrainedModel model = TrainedModel.load(spark, result.directory());
    InvarException refused =
        assertThrows(
            InvarException.class,
            () -> model.evaluate(spark.sql("SELECT 3e38D AS x, 3e38D AS y, id FROM range(3)")));
    assertTrue(
        refused.getMessage().startsWith("the loss of the model: expected a finite number"),
        refused.getMessage());
  }
}
