package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
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
  private static final int LIMIT = 240;
  private static final int EPOCHS = 30;

  @TempDir private static Path folder;
  private static Path job;
  private static byte[] expected = {};

  @BeforeAll
  static void trainWithTheDriverExchange() throws Exception {
    job = folder.resolve("job.yaml");
    Files.writeString(
        job,
        TrainingExactnessTest.JOB
            .replace("epochs: 2", "epochs: " + EPOCHS)
            .replace("everySteps: 2", "everySteps: 6"));
    SparkSession spark = LocalSpark.start(2);
    try {
      Path out = folder.resolve("driver");
      Job driver =
          Job.parse(
              Files.readString(job).replace("l2: 0.01", "l2: 0.01\n  exchange: driver"), "job");
      Trainer.of(spark, driver).directory(out.toString()).train();
      expected = weights(out);
    } finally {
      spark.stop();
    }
  }

  private static byte[] train(String name, String master, String... more) throws Exception {
    Path out = folder.resolve(name);
    try (var run = DriverProcess.train(folder, job, out, master, more)) {
      assertEquals(0, run.exitCode(LIMIT), run.log());
    }
    return weights(out);
  }

  private static byte[] weights(Path out) throws Exception {
    return Files.readAllBytes(out.resolve("model/weights.safetensors"));
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
    String name = master.replaceAll("\\W", "-");
    assertArrayEquals(
        expected,
        train(
            name,
            master,
            "-Dspark.authenticate=" + encrypted,
            "-Dspark.authenticate.secret=of-a-test",
            "-Dspark.network.crypto.enabled=" + encrypted));
  }

  @Test
  void executorsThatAreKilledDoNotReachTheWeights() throws Exception {
    Path out = folder.resolve("killed");
    Random random = new Random(7);
    try (var run = DriverProcess.train(folder, job, out, "local-cluster[2,1,1024]")) {
      for (int kills = 0; kills < 3; kills++) {
        long step = 10 + kills * 40L + random.nextInt(20);
        assertTrue(run.awaitStep(out, step), "ended before kill " + kills + "\n" + run.log());
        Thread.sleep(random.nextInt(100));
        List<ProcessHandle> executors = run.executors();
        executors.get(random.nextInt(executors.size())).destroyForcibly();
      }
      assertEquals(0, run.exitCode(LIMIT), run.log());
      assertTrue(run.log().contains("has died at step"), run.log());
    }
    assertArrayEquals(expected, weights(out));
  }

  @Test
  void anExecutorThatHangsIsReplaced() throws Exception {
    Path out = folder.resolve("hung");
    try (var run = DriverProcess.train(folder, job, out, "local-cluster[2,1,1024]")) {
      assertTrue(run.awaitStep(out, 40), run.log());
      ProcessHandle hung = run.executors().get(0);
      signal("-STOP", hung);
      try {
        assertEquals(0, run.exitCode(LIMIT), run.log());
      } finally {
        signal("-KILL", hung);
      }
      assertTrue(run.log().contains("has said nothing for 10 s"), run.log());
    }
    assertArrayEquals(expected, weights(out));
  }

  private static void signal(String signal, ProcessHandle process) throws Exception {
    new ProcessBuilder("kill", signal, String.valueOf(process.pid())).start().waitFor();
  }

  @Test
  void aDriverThatIsKilledIsResumedWithOtherWorkers() throws Exception {
    Path out = folder.resolve("resumed");
    try (var run = DriverProcess.train(folder, job, out, "local-cluster[3,1,1024]")) {
      assertTrue(run.awaitStep(out, 50), run.log());
      run.kill();
    }
    assertArrayEquals(expected, train("resumed", "local-cluster[2,1,1024]", "--resume"));
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
      assertEquals(1, run.exitCode(LIMIT), run.log());
      assertTrue(run.log().contains("spark.executor.memory"), run.log());
      assertTrue(run.log().contains("comes no further than step 0"), run.log());
    }
  }
}
