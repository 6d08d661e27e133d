package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Gangs of real executor processes, which are killed, stopped and outnumbered: the weights are
 * those of one process that nothing happened to.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class GangIT {
  private static final int EPOCHS = 30;

  @TempDir private static Path folder;
  private static GangRuns runs;

  @BeforeAll
  static void trainWithTheDriverExchange() throws Exception {
    runs = new GangRuns(folder, EPOCHS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "local-cluster[1,2,1024]; false",
        "local-cluster[2,1,1024]; true",
        "local-cluster[3,1,1024]; false"
      })
  void theWeightsDoNotDependOnTheCluster(String master, boolean encrypted) throws Exception {
    byte[] weights =
        runs.train(
            master.replaceAll("\\W", "-"),
            master,
            "-Dspark.authenticate=" + encrypted,
            "-Dspark.authenticate.secret=of-a-test",
            "-Dspark.network.crypto.enabled=" + encrypted);
    assertArrayEquals(runs.expected(), weights);
  }

  /** A whole training learns as well as the exact one does, and is told from it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "averaged; train.averaging={everySteps: 2}; workers take 2 steps alone",
        "rounded; train.wire=bfloat16; gradients are rounded on their way"
      })
  void whatIsNotExactLearnsAsWellAndSaysSo(String name, String setting, String warning)
      throws Exception {
    Path out = runs.directory(name);
    try (var run = runs.start(name, "local-cluster[2,1,1024]", "--set", setting)) {
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      assertTrue(run.log().contains(warning), run.log());
    }
    assertFalse(Arrays.equals(runs.expected(), GangRuns.weights(out)), "as if it were exact");
    double exact = GangRuns.testAccuracy(runs.directory("driver"));
    double found = GangRuns.testAccuracy(out);
    assertTrue(
        exact > 0.85 && found > exact - 0.04, "exact: " + exact + ", " + name + ": " + found);
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
    try (var run = runs.start("hung", "local-cluster[2,1,1024]")) {
      assertTrue(run.awaitStep(out, 40), run.log());
      ProcessHandle hung = run.executors().get(0);
      signal("-STOP", hung);
      try {
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
      assertTrue(run.log().contains("comes no further than step 0"), run.log());
    }
  }
}
