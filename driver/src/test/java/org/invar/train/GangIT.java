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
    expected = train("driver", "local[2]", "--set", "train.exchange=driver");
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
        "local[1]; false",
        "local[4]; false",
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
}
