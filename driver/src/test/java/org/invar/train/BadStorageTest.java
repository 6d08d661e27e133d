package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.DyingFileSystem;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole runs on storage that is full, read-only or damaged: one clear error, after which the run
 * goes on to the weights that it would have had.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BadStorageTest {
  private static final String TEXT =
      """
      name: bad-storage
      data: {train: {format: digits}, dev: {split: 0.2}, test: {split: 0.5}, scale: 16}
      model: {layers: [flatten, dense: 10]}
      loss: softmaxCrossEntropy
      train: {epochs: 3, batchSize: 100, optimizer: adam, schedule: {constant: 0.01}, EXCHANGE}
      checkpoint: {everySteps: 2, keep: 3}
      """;

  private static final String GANG = "exchange: gang";
  private static final Job JOB = job(GANG);

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static byte[] expected;

  @BeforeAll
  static void trainOnGoodStorage() throws Exception {
    spark = LocalSpark.start(2);
    var hadoop = spark.sparkContext().hadoopConfiguration();
    hadoop.set("fs.dying.impl", DyingFileSystem.class.getName());
    hadoop.setBoolean("fs.dying.impl.disable.cache", true);
    Path run = folder.resolve("good");
    trainer(JOB, run.toString()).train();
    expected = GangRuns.weights(run);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @AfterEach
  void heal() {
    DyingFileSystem.healthy();
  }

  private static Job job(String exchange) {
    return Job.parse(TEXT.replace("EXCHANGE", exchange), "job");
  }

  private static Trainer trainer(Job job, String directory) {
    return Trainer.of(spark, job).directory(directory);
  }

  /** Does something as soon as so many checkpoints are complete. */
  private static TrainingListener after(int checkpoints, Runnable action) {
    return new TrainingListener() {
      private int complete;

      @Override
      public void checkpointed(long step) {
        if (++complete == checkpoints) {
          action.run();
        }
      }
    };
  }

  /** The disk has room for so many bytes from the start, or after a few checkpoints. */
  @ParameterizedTest
  @CsvSource({
    "gang, 0, 0",
    "gang, 0, 3000",
    "gang, 1, 0",
    "gang, 2, 5000",
    "gang, 4, 700",
    "driver, 0, 3000",
    "driver, 2, 5000"
  })
  void aFullDiskIsOneErrorAndTheRunGoesOnWhenThereIsRoom(
      String exchange, int checkpoints, long room) throws Exception {
    Path run = folder.resolve("full-%s-%d-%d".formatted(exchange, checkpoints, room));
    Job job = job("exchange: " + exchange);
    refused(job, run, checkpoints, () -> DyingFileSystem.room(room), "No space left on device");
    assertGoesOn(job, run);
  }

  @ParameterizedTest
  @CsvSource({"gang, 0", "gang, 1", "gang, 3", "driver, 0", "driver, 2"})
  void aReadOnlyDirectoryIsOneErrorAndTheRunGoesOnWhenItIsNot(String exchange, int checkpoints)
      throws Exception {
    Path run = folder.resolve("readonly-%s-%d".formatted(exchange, checkpoints));
    Job job = job("exchange: " + exchange);
    refused(job, run, checkpoints, DyingFileSystem::readOnly, "Permission denied");
    assertGoesOn(job, run);
  }

  private static void refused(Job job, Path run, int checkpoints, Runnable damage, String said) {
    DyingFileSystem.healthy();
    if (checkpoints == 0) {
      damage.run();
    }
    Trainer trainer = trainer(job, "dying:" + run).listener(after(checkpoints, damage));
    String message = assertThrows(InvarException.class, trainer::train).getMessage();
    assertTrue(message.contains(said), message);
    assertTrue(message.contains(run.toString()), message);
    assertFalse(Files.exists(run.resolve("summary.json")));
  }

  private static void assertGoesOn(Job job, Path run) throws Exception {
    DyingFileSystem.healthy();
    trainer(job, "dying:" + run).mode(Mode.RESUME).train();
    assertArrayEquals(expected, GangRuns.weights(run));
  }

  /** Cuts the newest checkpoint's slice at several places: the one before it is gone on from. */
  @ParameterizedTest
  @CsvSource({"0", "7", "1000", "-1"})
  void aTruncatedSliceIsIgnoredWithAWarning(int length) throws Exception {
    Path run = folder.resolve("truncated" + length);
    Path newest = interrupted(run).get(1);
    truncate(newest, length);
    var starts = new Starts();
    trainer(JOB, run.toString()).mode(Mode.RESUME).listener(starts).train();
    assertArrayEquals(expected, GangRuns.weights(run));
    assertEquals(List.of(2L), starts.from);
    String file = newest.getFileName().toString();
    assertTrue(
        starts.warnings.stream().anyMatch(one -> one.contains(file)),
        file + " in " + starts.warnings);
  }

  /** Nothing begins anew in silence where a checkpoint was complete. */
  @Test
  void aRunWithoutAnyWholeSliceIsRefused() throws Exception {
    Path run = folder.resolve("all-truncated");
    for (Path slice : interrupted(run)) {
      truncate(slice, 100);
    }
    Trainer trainer = trainer(JOB, run.toString()).mode(Mode.RESUME);
    String message = assertThrows(InvarException.class, trainer::train).getMessage();
    assertTrue(message.contains(run + "/checkpoints"), message);
    assertTrue(message.contains("--overwrite"), message);
  }

  /** A run that has ended with two checkpoints; returns their slices, the older first. */
  private static List<Path> interrupted(Path run) throws Exception {
    DyingFileSystem.healthy();
    Trainer trainer =
        trainer(JOB, "dying:" + run).listener(after(2, () -> DyingFileSystem.room(0)));
    assertThrows(InvarException.class, trainer::train);
    DyingFileSystem.healthy();
    try (var files = Files.list(run.resolve("checkpoints"))) {
      List<Path> slices =
          files
              .filter(file -> file.toString().matches(".*step-000000000[24].*\\.safetensors"))
              .sorted()
              .toList();
      assertEquals(2, slices.size(), slices.toString());
      return slices;
    }
  }

  /** Leaves so many bytes; a negative number takes so many away. */
  private static void truncate(Path file, int length) throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long left = length < 0 ? channel.size() + length : length;
      assertTrue(left < channel.size(), file + " has " + channel.size() + " bytes");
      channel.truncate(left);
    }
  }
}
