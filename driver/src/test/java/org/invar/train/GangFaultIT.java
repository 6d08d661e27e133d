package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  @BeforeAll
  static void trainWithTheDriverExchange() throws Exception {
    runs = new GangRuns(folder, EPOCHS);
  }

  @Test
  void executorsThatAreKilledDoNotReachTheWeights() throws Exception {
    Path out = runs.directory("killed");
    Random random = new Random(7);
    try (var run = runs.start("killed", "local-cluster[2,1,1024]")) {
      for (int kills = 0; kills < 2; kills++) {
        long step = 10 + kills * 50L + random.nextInt(20);
        assertTrue(run.awaitStep(out, step), "ended before kill " + kills + "\n" + run.log());
        Thread.sleep(random.nextInt(100));
        List<ProcessHandle> executors = run.executors();
        executors.get(random.nextInt(executors.size())).destroyForcibly();
      }
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      assertTrue(run.log().contains("has died at step"), run.log());
    }
    assertArrayEquals(runs.expected(), GangRuns.weights(out));
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
    try (var run =
        runs.startHanging(
            "stalled", "local-cluster[2,1,1024]", flag, "-Dspark.invar.stallTimeout=8s")) {
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      assertTrue(run.log().contains("has scored no rows in an evaluation for 8 s"), run.log());
    }
    assertTrue(Files.exists(flag));
    assertArrayEquals(runs.expected(), GangRuns.weights(runs.directory("stalled")));
  }

  @Test
  void anExecutorWhoseStorageHangsIsReplaced() throws Exception {
    Path flag = folder.resolve("hung-storage");
    try (var run =
        DriverProcess.train(
            folder,
            runs.job(),
            Path.of("hanging:" + runs.directory("unwritten")),
            "local-cluster[2,1,1024]",
            "-Dspark.invar.stallTimeout=8s",
            "-Dspark.hadoop.fs.hanging.impl=" + HangingFiles.class.getName(),
            "-Dspark.hadoop." + HangingFiles.FLAG + "=" + flag)) {
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      assertTrue(
          run.log().contains("has not written its files of a checkpoint for 8 s"), run.log());
    }
    assertTrue(Files.exists(flag));
    assertArrayEquals(runs.expected(), GangRuns.weights(runs.directory("unwritten")));
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

  private static void signal(String signal, ProcessHandle process) throws Exception {
    new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
  }

  @Test
  void aDriverThatIsKilledIsResumedWithOtherWorkers() throws Exception {
    try (var run = runs.start("resumed", "local-cluster[3,1,1024]")) {
      assertTrue(run.awaitStep(runs.directory("resumed"), 50), run.log());
      run.kill();
    }
    assertArrayEquals(
        runs.expected(), runs.train("resumed", "local-cluster[2,1,1024]", "--resume"));
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
