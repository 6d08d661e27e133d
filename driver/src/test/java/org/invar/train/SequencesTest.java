package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.random.CounterRandom;
import org.invar.score.Evaluation;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.invar.source.Split;
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

  /** Sequences of 2 to 8 bits; each step's class is whether the ones so far are even or odd. */
  private static String parities(int rows) {
    var random = CounterRandom.of(5);
    StringBuilder lines = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      int ones = 0;
      List<String> bits = new ArrayList<>();
      List<String> parities = new ArrayList<>();
      for (int t = 2 + random.nextInt(7); t > 0; t--) {
        int bit = random.nextInt(2);
        ones += bit;
        bits.add(String.valueOf(bit));
        parities.add(ones % 2 == 0 ? "\"even\"" : "\"odd\"");
      }
      lines.append("{\"row\":%d,\"x\":%s,\"y\":%s}\n".formatted(row, bits, parities));
    }
    return lines.toString();
  }

  @Test
  void everyStepIsLabeledTrainedOnScoredAndPredicted() throws IOException {
    Path file = directory.resolve("rows.json");
    Files.writeString(file, parities(800));
    String text =
        """
        name: parity
        data:
          train: {format: json, path: %s}
          dev: {split: 0.2}
          features: [x]
          label: y
          id: row
          shape: [8, 1]
          lengths: true
        model: {layers: [{gru: {units: 12, returnSequences: true}}, {dense: 2}]}
        loss: softmaxCrossEntropy
        train: {epochs: 20, batchSize: 50, shards: 5, optimizer: adam, schedule: {constant: 0.02},
                exchange: %s}
        """;
    List<byte[]> weights = new ArrayList<>();
    for (String where : List.of("1 gang", "3 gang", "2 driver")) {
      String[] parts = where.split(" ", -1);
      Job job = Job.parse(text.formatted(file, parts[1]), "job");
      SparkSession spark = LocalSpark.start(Integer.parseInt(parts[0]));
      try {
        Path run = directory.resolve(parts[0] + parts[1]);
        TrainingResult result = Trainer.of(spark, job).directory(run.toString()).train();
        assertTrue(result.scores().get("devAccuracy") > 0.95, result.scores().toString());
        weights.add(Files.readAllBytes(run.resolve("model/weights.safetensors")));
        if (weights.size() == 1) {
          TrainedModel model = TrainedModel.load(spark, run.toString());
          assertPredicted(model.predict(spark.read().json(file.toString())).collectAsList());
          Evaluation dev = model.evaluate(Split.DEV);
          assertEquals(result.scores().get("devAccuracy"), dev.scores().get("accuracy"));
          assertTrue(dev.confusion().orElseThrow().rows() > 2 * dev.rows(), "steps are counted");
        }
      } finally {
        spark.stop();
      }
    }
    assertArrayEquals(weights.get(0), weights.get(1));
    assertArrayEquals(weights.get(0), weights.get(2));
  }

  private static void assertPredicted(List<Row> rows) {
    int right = 0;
    int steps = 0;
    for (Row row : rows) {
      List<String> labels = row.getList(row.fieldIndex("y"));
      List<String> predicted = row.getList(row.fieldIndex("prediction"));
      List<scala.collection.Seq<Double>> probabilities = row.getList(row.fieldIndex("probability"));
      assertEquals(labels.size(), predicted.size());
      assertEquals(labels.size(), probabilities.size());
      for (int t = 0; t < labels.size(); t++) {
        double even = probabilities.get(t).apply(0);
        assertEquals(1, even + probabilities.get(t).apply(1), 1e-12);
        assertEquals(even >= 0.5 ? "even" : "odd", predicted.get(t));
        right += labels.get(t).equals(predicted.get(t)) ? 1 : 0;
        steps++;
      }
    }
    assertEquals(800, rows.size());
    assertTrue(right > 0.95 * steps, right + " of " + steps);
  }

  @Test
  void weightsOfClassesOfStepsAreRefused() throws IOException {
    Path file = directory.resolve("rows.json");
    Files.writeString(file, "{\"x\":[1,2],\"y\":[0,1]}\n{\"x\":[2],\"y\":[2]}\n");
    Job job =
        Job.parse(
            """
            name: weighted
            data: {train: {format: json, path: %s}, features: [x], label: y, shape: [2, 1],
                   lengths: true, classWeights: balanced}
            model: {layers: [{dense: 2}]}
            loss: softmaxCrossEntropy
            train: {epochs: 1, batchSize: 2, optimizer: sgd, schedule: {constant: 0.1}}
            """
                .formatted(file),
            "job");
    try (SparkSession spark = LocalSpark.start(2)) {
      Trainer trainer = Trainer.of(spark, job).directory(directory.resolve("run").toString());
      String message = assertThrows(InvarException.class, trainer::train).getMessage();
      assertEquals(
          "job:3: data.classWeights: expected one class a row, found a class at each of 2 steps."
              + " Leave class weights out, or give each row a weight (data.weight).",
          message);
    }
  }

  /** The sum so far is a quantity at every step; what stands in the padding is nothing. */
  @Test
  void quantitiesAtEveryStepAreTrainedOnAndPredicted() throws IOException {
    Path file = directory.resolve("rows.json");
    Files.writeString(
        file, "{\"x\":[1,2],\"y\":[1,3]}\n{\"x\":[2,1,2],\"y\":[2,3,5]}\n".repeat(20));
    Job job =
        Job.parse(
            """
            name: sums
            data: {train: {format: json, path: %s}, features: [x], label: y, shape: [4, 1],
                   lengths: true}
            model: {layers: [{lstm: {units: 8, returnSequences: true}}, {dense: 1}]}
            loss: meanSquaredError
            train: {epochs: 60, batchSize: 10, shards: 1, optimizer: adam,
                    schedule: {constant: 0.02}}
            """
                .formatted(file),
            "job");
    try (SparkSession spark = LocalSpark.start(2)) {
      Path run = directory.resolve("run");
      TrainingResult result = Trainer.of(spark, job).directory(run.toString()).train();
      assertTrue(result.scores().get("trainRmse") < 0.2, result.scores().toString());
      Dataset<Row> scored =
          TrainedModel.load(spark, run.toString()).predict(spark.read().json(file.toString()));
      assertEquals(40, scored.filter("size(prediction) = size(y)").count());
      assertEquals(40, scored.filter("abs(prediction[1] - y[1]) < 0.5").count());
    }
  }
}
