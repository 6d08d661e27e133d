package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.invar.config.Job;
import org.invar.train.GangRuns.Warned;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executor processes and drivers that are killed, stopped, hung, or have too little: the weights
 * are those of one process that nothing happened to, or the run ends with one error.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class GangFaultIT {
  private static final int EPOCHS = 30;

  @TempDir private static Path folder;
  private static GangRuns runs;
  private static LocalCluster cluster;

  @BeforeAll
  static void trainWithTheDriverExchange() throws Exception {
    runs = new GangRuns(folder, EPOCHS);
    cluster =
        LocalCluster.start(
            2,
            Map.of(
                "spark.invar.stallTimeout",
                "8s",
                "spark.hadoop.fs.hanging.impl",
                HangingFiles.class.getName(),
                "spark.hadoop." + HangingFiles.FLAG,
                folder.resolve("hung-storage").toString()));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static String train(Job job, String name, Warned warned) {
    return GangRuns.train(cluster, job, runs.directory(name).toString(), warned);
  }

  private static ProcessHandle executor(int number) {
    List<ProcessHandle> executors = cluster.executors();
    return executors.get(number % executors.size());
  }

  @Test
  void executorsThatAreKilledDoNotReachTheWeights() throws Exception {
    Random random = new Random(7);
    List<Long> kills = new ArrayList<>();
    for (int kill = 0; kill < 2; kill++) {
      kills.add(10 + kill * 50L + random.nextInt(20));
    }
    Warned killer =
        new Warned() {
          @Override
          public void step(Step step) {
            if (kills.remove(step.step())) { // In the midst of the next ones.
              ProcessHandle executor = executor(random.nextInt(2));
              CompletableFuture.delayedExecutor(random.nextInt(100), TimeUnit.MILLISECONDS)
                  .execute(executor::destroyForcibly);
            }
          }
        };
    String warnings = train(Job.load(runs.job()), "killed", killer);
    assertEquals(2, warnings.split("has died", -1).length - 1, warnings);
    assertTrue(warnings.contains(" at step ") && warnings.contains(": going on from step "));
    assertArrayEquals(runs.expected(), GangRuns.weights(runs.directory("killed")));
  }

  @Test
  void anExecutorThatHangsIsReplaced() throws Exception {
    Path out = runs.directory("hung");
    try (var run = runs.start("hung", "local-cluster[2,1,1024]", "--verbose")) {
      assertTrue(run.awaitStep(out, 40), run.log());
      ProcessHandle hung = run.executors().get(0);
      signal("-STOP", hung);
      long stopped = System.nanoTime();
      try {
        assertTrue(run.awaitLog("has said nothing for 10 s, and is replaced"), run.log());
        double seconds = (System.nanoTime() - stopped) * 1e-9;
        // The one time that a test asserts, because it is what the product promises: ten seconds.
        assertTrue(seconds > 8 && seconds < 15, "noticed after " + seconds + " s");
        assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      } finally {
        signal("-KILL", hung);
      }
      assertTrue(run.log().contains("has said nothing for 10 s"), run.log());
    }
    assertArrayEquals(runs.expected(), GangRuns.weights(out));
  }

  /** The process lives and says so: what it does not do is come further. */
  @Test
  void anExecutorWhoseLayerHangsInAnEvaluationIsReplaced() throws Exception {
    Path flag = folder.resolve("hung-layer");
    String warnings = train(runs.hanging(flag), "stalled", new Warned());
    assertTrue(warnings.contains("has scored no rows in an evaluation for 8 s"), warnings);
    assertTrue(Files.exists(flag));
    assertArrayEquals(runs.expected(), GangRuns.weights(runs.directory("stalled")));
  }

  @Test
  @EnabledIfSystemProperty(named = "invar.whole", matches = "true") // As the one before.
  void anExecutorWhoseStorageHangsIsReplaced() throws Exception {
    Path out = runs.directory("unwritten");
    String warnings = GangRuns.train(cluster, Job.load(runs.job()), "hanging:" + out, new Warned());
    assertTrue(warnings.contains("has not written its files of a checkpoint for 8 s"), warnings);
    assertTrue(Files.exists(folder.resolve("hung-storage")));
    assertArrayEquals(runs.expected(), GangRuns.weights(out));
  }

  /** A stage that gets no core starts never, and Spark does not say so: the command does. */
  @Test
  void aGangWithoutCoresForAllEndsTheRunAndSaysWhatToChange() throws Exception {
    Path out = runs.directory("busy");
    try (var run =
        DriverProcess.start(
            folder,
            out,
            BusyProgram.class.getName(),
            List.of("train", runs.job().toString(), "--out", out.toString()),
            List.of(
                "-Dspark.master=local-cluster[2,1,1024]",
                "-Dspark.scheduler.minRegisteredResourcesRatio=1.0",
                "-Dspark.invar.meetingTimeout=6s"))) {
      assertEquals(1, run.exitCode(GangRuns.LIMIT), run.log());
      String log = run.log();
      assertTrue(log.contains("gang of 2 workers of 1 cores: expected all of them to join"), log);
      assertTrue(log.contains("Spark runs 0 of 2 tasks"), log);
      assertTrue(log.contains("end other jobs of the application"), log);
      assertTrue(log.contains("train.exchange: driver"), log);
    }
  }

  private static void signal(String signal, ProcessHandle process) {
    try {
      new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aDriverThatIsKilledIsResumedWithOtherWorkers() throws Exception {
    try (var run = runs.start("resumed", "local-cluster[3,1,1024]")) {
      assertTrue(run.awaitStep(runs.directory("resumed"), 50), run.log());
      run.kill();
    }
    train(Job.load(runs.job()), "resumed", new Warned());
    assertArrayEquals(runs.expected(), GangRuns.weights(runs.directory("resumed")));
  }

  /** 90 million parameters do not fit executors of 1 GiB: that is said, and soon. */
  @Test
  void executorsWithTooLittleMemoryEndTheRunWithOneError() throws Exception {
    Path hungry = folder.resolve("hungry.yaml");
    Files.writeString(
        hungry,
        """
        name: hungry
        data: {train: {format: digits}, scale: 16}
        model: {layers: [flatten, dense: 3000, dense: 30000, dense: 10]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 1000, optimizer: adam, schedule: {constant: 0.001}}
        """);
    Path out = folder.resolve("hungry");
    try (var run = DriverProcess.train(folder, hungry, out, "local-cluster[2,1,1024]")) {
      assertEquals(1, run.exitCode(GangRuns.LIMIT), run.log());
      assertTrue(run.log().contains("spark.executor.memory"), run.log());
      // The first checkpoint takes more than a step does.
      assertTrue(run.log().matches("(?s).*comes no further than step [01]:.*"), run.log());
    }
  }
}
