package org.invar.trials;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.exchange.WorkersLostException;
import org.invar.source.LocalSpark;
import org.invar.train.Trainer;
import org.invar.train.TrainingExactnessTest;
import org.invar.train.TrainingListener;
import org.invar.train.TrainingResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials on shared data: each is the run that training alone would be, bit for bit. */
class TrialsTest {
  @TempDir private static Path directory;
  private static SparkSession spark;
  private static Job job;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
    job = Job.parse(TrainingExactnessTest.JOB.replace("epochs: 2", "epochs: 3"), "job");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static byte[] weights(Path run) throws Exception {
    return Files.readAllBytes(run.resolve("model/weights.safetensors"));
  }

  /** The steps and epochs that a part has really trained. */
  private record Trained(List<Long> steps, List<Integer> epochs) implements TrainingListener {
    @Override
    public void step(Step step) {
      steps.add(step.step());
    }

    @Override
    public void epoch(Epoch epoch) {
      epochs.add(epoch.epoch());
    }
  }

  private static Trial part(Job job, String name, int epochs) {
    return Trial.of(job, directory.resolve(name).toString(), epochs);
  }

  @Test
  void aTrialEndsWithTheBytesOfATrainingRun() throws Exception {
    Path alone = directory.resolve("alone");
    TrainingResult expected = Trainer.of(spark, job).directory(alone.toString()).train();
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      assertEquals(5, trials.shards());
      assertEquals(2, trials.slots());

      TrialPart first = trials.inTask(part(job, "task", 1));
      assertFalse(first.finished());
      assertNull(first.failure());
      assertEquals(1, first.history().size());
      assertEquals(first.history(), trials.inTask(part(job, "task", 1)).history());

      // The seconds of the first epoch too: they were not spent again.
      TrialPart second = trials.inTask(part(job, "task", 2));
      assertEquals(first.history().get(0), second.history().get(0));
      assertEquals(2, second.history().size());
      TrialPart last = trials.inTask(part(job, "task", 3));
      assertTrue(last.finished());
      assertEquals(expected.scores(), last.scores());
      assertEquals(expected.parameters(), last.parameters());
      assertArrayEquals(weights(alone), weights(directory.resolve("task")));

      // What is over is not trained again.
      assertEquals(last.history(), trials.inTask(part(job, "task", 3)).history());
    }
    try (Trials trials = Trials.pack(spark, job, null, false, warning -> {})) {
      Trained twoEpochs = new Trained(new ArrayList<>(), new ArrayList<>());
      trials.byGang(part(job, "gang", 2), 1, twoEpochs);
      assertEquals(List.of(1, 2), twoEpochs.epochs);
      Trained oneMore = new Trained(new ArrayList<>(), new ArrayList<>());
      assertTrue(trials.byGang(part(job, "gang", 3), 2, oneMore).finished());
      assertEquals(List.of(3), oneMore.epochs);
      assertTrue(oneMore.steps.get(0) > twoEpochs.steps.get(twoEpochs.steps.size() - 1));
      assertArrayEquals(weights(alone), weights(directory.resolve("gang")));
    }
  }

  /** A task that Spark starts twice, or again while the first still works. */
  @Test
  void ofTwoAttemptsAtATrialOneTrainsAndTheOtherLeavesNothing() throws Exception {
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      Trial trial = part(job, "twice", 3);
      List<CompletableFuture<TrialPart>> attempts = new ArrayList<>();
      for (int attempt = 0; attempt < 2; attempt++) {
        attempts.add(CompletableFuture.supplyAsync(() -> trials.inTask(trial)));
      }
      TrialPart one = attempts.get(0).get();
      TrialPart other = attempts.get(1).get();
      assertTrue(one.finished() && other.finished());
      assertEquals(one.history(), other.history()); // With its seconds: it was trained once.
      assertEquals(one.scores(), other.scores());
      TrialPart alone = trials.inTask(part(job, "once", 3));
      assertEquals(alone.scores(), one.scores());
    }
    assertArrayEquals(weights(directory.resolve("once")), weights(directory.resolve("twice")));
    for (String folder : List.of("", "checkpoints")) {
      assertEquals(
          names(directory.resolve("once").resolve(folder)),
          names(directory.resolve("twice").resolve(folder)));
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The best job of a search is trained with the search's V, whatever its batch size. */
  @Test
  void anotherJobOnTheSameDataEndsWithItsOwnBytes() throws Exception {
    Job other = job.with("train.batchSize", "77").with("model.layers[6].dense.units", "9");
    Path alone = directory.resolve("other");
    Trainer.of(spark, other).directory(alone.toString()).train();
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      trials.check(other, 1);
      assertTrue(trials.inTask(part(other, "other-task", 3)).finished());
    }
    assertArrayEquals(weights(alone), weights(directory.resolve("other-task")));
  }

  @Test
  void whatCannotBeTrainedIsRefusedOrFails() {
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      assertThrows(
          InvarException.class,
          () ->
              trials.check(
                  job.with("model.layers[0].conv2d.kernel", "99")
                      .with("model.layers[0].conv2d.padding", "valid"),
                  1));
      assertThrows(InvarException.class, () -> trials.check(job.with("data.scale", "8"), 1));
      assertThrows(
          InvarException.class, () -> trials.check(job.with("model.layers[7]", "{dense: 4}"), 1));
      assertThrows(
          InvarException.class,
          () ->
              trials.check(
                  job.with("model.layers[6]", "batchNorm").with("train.batchSize", "6"), 1));

      // More than one vector holds, and no mistake of the search's.
      assertThrows(
          InvarException.class,
          () -> trials.check(job.with("model.layers[6].dense.units", "33500000"), 1));

      Job wild =
          job.with("train.schedule", "{constant: 1.0e+30}")
              .with("train.optimizer", "sgd")
              .with("train.clip", "{}");
      TrialPart failed = trials.inTask(part(wild, "wild", 3));
      assertEquals(TrialFailure.Cause.NOT_FINITE, failed.failure().cause());
      assertTrue(failed.failure().reason().contains("NaN or infinity"), failed.toString());
      assertFalse(failed.finished());
    }
  }

  @Test
  void everyFoldHasADevSetOfItsOwn() {
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      List<Object> losses =
          List.of(
              trials.inTask(fold(0)).scores().get("devLoss"),
              trials.inTask(fold(1)).scores().get("devLoss"));
      assertNotEquals(losses.get(0), losses.get(1));
    }
  }

  private static Trial fold(int fold) {
    Path run = directory.resolve("fold" + fold);
    return new Trial(job.yaml(), run.toString(), 3, fold, 2);
  }

  /** The last batch of a fold has other rows than that of the whole. */
  @Test
  void theBatchesOfEveryFoldAreChecked() {
    Job normalized = job.with("model.layers[6]", "batchNorm");
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      List<Job> onlyWhole = new ArrayList<>();
      for (int batchSize = 40; batchSize < 90 && onlyWhole.isEmpty(); batchSize++) {
        Job sized = normalized.with("train.batchSize", String.valueOf(batchSize));
        if (passes(trials, sized, 1) && !passes(trials, sized, 2)) {
          onlyWhole.add(sized);
        }
      }
      Job refused = onlyWhole.get(0);
      var e = assertThrows(InvarException.class, () -> trials.check(refused, 2));
      assertTrue(e.getMessage().contains("rows of every shard"), e.getMessage());
    }
  }

  private static boolean passes(Trials trials, Job job, int folds) {
    try {
      trials.check(job, folds);
      return true;
    } catch (InvarException e) {
      return false;
    }
  }

  /** What is wrong with storage is no reason of a trial's. */
  @Test
  void onlyItsOwnReasonsFailATrial() throws Exception {
    Path file = Files.writeString(directory.resolve("in-the-way"), "a file");
    Trial trial = Trial.of(job, file.resolve("run").toString(), 1);
    try (Trials trials = Trials.pack(spark, job, null, true, warning -> {})) {
      assertThrows(Exception.class, () -> trials.inTask(trial));
    }
    try (Trials trials = Trials.pack(spark, job, null, false, warning -> {})) {
      TrainingListener listener = new TrainingListener() {};
      assertThrows(InvarException.class, () -> trials.byGang(trial, 1, listener));
      Job wild =
          job.with("train.schedule", "{constant: 1.0e+30}")
              .with("train.optimizer", "sgd")
              .with("train.clip", "{}");
      TrialPart failed = trials.byGang(part(wild, "wild-gang", 3), 1, listener);
      assertEquals(TrialFailure.Cause.NOT_FINITE, failed.failure().cause());
    }
    var memory = new InvarException("too large", WorkersLostException.outOfMemory("heap"));
    assertEquals(TrialFailure.Cause.OUT_OF_MEMORY, TrialFailure.of(memory).cause());
    assertEquals(
        TrialFailure.Cause.OUT_OF_MEMORY, TrialFailure.of(new OutOfMemoryError("heap")).cause());
    assertNull(TrialFailure.of(new UncheckedIOException(new IOException("no space left"))));
    assertNull(TrialFailure.of(new InvarException("the kernels differ")));
    var deaths = new InvarException("five times", WorkersLostException.died("worker 0, has died"));
    assertEquals(TrialFailure.Cause.EXECUTORS_LOST, TrialFailure.of(deaths).cause());
    assertTrue(
        TrialFailure.of(deaths).reason().contains("at last: worker 0, has died. The system ends"));
    assertNull(TrialFailure.of(new WorkersLostException("worker 1 has said nothing")));
    assertNull(TrialFailure.of(new CancellationException("cancelled")));
  }
}
