package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.config.yaml.YamlDocument;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The weights' bytes: the same whatever ran the job, and wherever it was interrupted. */
public class TrainingExactnessTest {
  /** Everything random is on: dropout, batch normalization, shuffling, a split. */
  public static final String JOB =
      """
      name: exact
      data: {train: {format: digits}, dev: {split: 0.1}, test: {split: 0.5}, scale: 16}
      model:
        layers:
          - conv2d: {filters: 4, kernel: 3, padding: same}
          - batchNorm: {momentum: 0.9}
          - activate: relu
          - maxPool2d: 2
          - dropout: 0.2
          - flatten
          - dense: {units: 16, activation: tanh}
          - dense: 10
      loss: softmaxCrossEntropy
      train:
        epochs: 2
        batchSize: 200
        shards: 5
        optimizer: adam
        schedule: {reduceOnPlateau: {initialRate: 0.01, patience: 1}}
        l2: 0.01
        clip: {norm: 1.0}
        keepBest: devAccuracy
      checkpoint: {everySteps: 2, keep: 100}
      """;

  /** The same with random noise and shifts of a layer that is none of ours. */
  static final String SHAKEN =
      JOB.replace("  layers:\n", "  layers:\n    - shake: 0.1\n")
          .replace("name: exact", "name: shaken");

  @TempDir private Path directory;

  static Job job(String text) {
    return Job.of(YamlDocument.parse(text, "job"), Shake.binder());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void neitherCoresNorTheExchangeReachTheWeights(boolean shaken) throws Exception {
    String text = shaken ? SHAKEN : JOB;
    Job gang = job(text);
    Job driver = job(text.replace("l2: 0.01", "l2: 0.01\n  exchange: driver"));
    List<byte[]> weights = new ArrayList<>();
    for (int cores : new int[] {1, 2, 4}) {
      SparkSession spark = LocalSpark.start(cores);
      try {
        weights.add(train(spark, gang, directory.resolve("cores" + cores)));
        if (cores == 2) {
          weights.add(train(spark, driver, directory.resolve("driver")));
        }
      } finally {
        spark.stop();
      }
    }
    for (byte[] others : weights) {
      assertArrayEquals(weights.get(0), others);
    }
  }

  /** Cuts a finished run back to each of its checkpoints in turn, and goes on from there. */
  @Test
  void aRunResumedAtAnyCheckpointEndsWithTheSameBytes() throws Exception {
    SparkSession spark = LocalSpark.start(2);
    try {
      Path whole = directory.resolve("whole");
      byte[] expected = train(spark, Job.parse(JOB, "job"), whole);
      List<String> metrics = withoutTimes(whole);
      List<Path> manifests = manifests(whole);
      assertTrue(manifests.size() >= 4, manifests.toString());
      for (int kept = 0; kept < manifests.size(); kept += 2) {
        Path cut = directory.resolve("cut" + kept);
        copy(whole, cut);
        for (Path manifest : manifests(cut).subList(kept, manifests.size())) {
          Files.delete(manifest);
        }
        Files.delete(cut.resolve("summary.json"));
        byte[] resumed = resume(spark, Job.parse(JOB, "job"), cut);
        assertArrayEquals(expected, resumed, "resumed after " + kept + " checkpoints");
        assertEquals(metrics, withoutTimes(cut), "metrics after " + kept + " checkpoints");
      }
    } finally {
      spark.stop();
    }
  }

  /** Any batch size and any number of shards: rows that do not divide, shards without rows. */
  @ParameterizedTest
  @CsvSource({"1, 3, 0.985", "7, 4, 0.985", "100000, 6, 0.5", "64, 40, 0.985"})
  void anyBatchSizeAndAnyNumberOfShardsTrainsEveryRowOnce(int batchSize, int shards, double test)
      throws Exception {
    String job =
        """
        name: sizes
        data: {train: {format: digits}, test: {split: %s}, scale: 16}
        model: {layers: [flatten, dense: 10]}
        loss: softmaxCrossEntropy
        train:
          epochs: 1
          batchSize: %d
          shards: %d
          optimizer: sgd
          schedule: {constant: 0.1}
        """
            .formatted(test, batchSize, shards);
    List<byte[]> weights = new ArrayList<>();
    for (int cores : new int[] {1, 3}) {
      SparkSession spark = LocalSpark.start(cores);
      try {
        var run = directory.resolve("sizes" + cores);
        List<Long> rows = new ArrayList<>();
        TrainingResult result =
            Trainer.of(spark, Job.parse(job, "job"))
                .directory(run.toString())
                .listener(
                    new TrainingListener() {
                      @Override
                      public void started(Started started) {
                        rows.add(started.rows().get("train"));
                      }
                    })
                .train();
        assertEquals((rows.get(0) + batchSize - 1) / batchSize, result.steps());
        weights.add(Files.readAllBytes(run.resolve("model/weights.safetensors")));
      } finally {
        spark.stop();
      }
    }
    assertArrayEquals(weights.get(0), weights.get(1));
  }

  private static byte[] train(SparkSession spark, Job job, Path run) throws Exception {
    Trainer.of(spark, job).directory(run.toString()).train();
    return Files.readAllBytes(run.resolve("model/weights.safetensors"));
  }

  private static byte[] resume(SparkSession spark, Job job, Path run) throws Exception {
    Trainer.of(spark, job).directory(run.toString()).mode(Mode.RESUME).train();
    return Files.readAllBytes(run.resolve("model/weights.safetensors"));
  }

  private static List<Path> manifests(Path run) throws Exception {
    try (var files = Files.list(run.resolve("checkpoints"))) {
      return files.filter(file -> file.toString().endsWith(".manifest.json")).sorted().toList();
    }
  }

  private static List<String> withoutTimes(Path run) throws Exception {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll("\"(seconds|samplesPerSecond|\\w+Millis)\":[^,}]*", ""))
        .toList();
  }

  private static void copy(Path from, Path to) throws Exception {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
