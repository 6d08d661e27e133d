package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.random.CounterRandom;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays of different lengths, from a file to predictions. */
class SequencesTest {
  @TempDir private Path directory;

  /** Sequences of 1 to 6 steps of two numbers; the class is the sign of the last step's first. */
  private static String lines(int rows) {
    var random = CounterRandom.of(3);
    StringBuilder lines = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      int steps = 1 + random.nextInt(6);
      List<String> values = new ArrayList<>();
      double last = 0;
      for (int t = 0; t < steps; t++) {
        last = random.nextGaussian();
        values.add("%.3f,%.3f".formatted(last, random.nextGaussian()));
      }
      String label = last > 0 ? "up" : "down";
      lines.append("{\"x\":[%s],\"y\":\"%s\"}\n".formatted(String.join(",", values), label));
    }
    return lines.toString();
  }

  @Test
  void arraysOfDifferentLengthsAreTrainedOnScoredAndPredicted() throws IOException {
    Path file = directory.resolve("rows.json");
    Files.writeString(file, lines(600));
    Job job =
        Job.parse(
            """
            name: sequences
            data:
              train: {format: json, path: %s}
              dev: {split: 0.2}
              features: [x]
              label: y
              shape: [6, 2]
              lengths: true
            model:
              layers:
                - bidirectional: {gru: {units: 6, returnSequences: true}}
                - lstm: 6
                - dense: 2
            loss: softmaxCrossEntropy
            train: {epochs: 8, batchSize: 50, shards: 5, optimizer: adam, schedule: {constant: 0.03}}
            """
                .formatted(file),
            "job");
    List<byte[]> weights = new ArrayList<>();
    for (int cores : new int[] {1, 3}) {
      SparkSession spark = LocalSpark.start(cores);
      try {
        Path run = directory.resolve("cores" + cores);
        TrainingResult result = Trainer.of(spark, job).directory(run.toString()).train();
        assertTrue(result.scores().get("devAccuracy") > 0.9, result.scores().toString());
        weights.add(Files.readAllBytes(run.resolve("model/weights.safetensors")));
        Dataset<Row> rows = spark.read().json(file.toString());
        Dataset<Row> scored = TrainedModel.load(spark, run.toString()).predict(rows);
        assertEquals(600, scored.count());
        assertTrue(scored.filter("prediction = y").count() > 540, "predictions");
      } finally {
        spark.stop();
      }
    }
    assertArrayEquals(weights.get(0), weights.get(1));
  }
}
