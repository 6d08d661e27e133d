package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gangs of real executor processes, of any number and size: the weights are those of one process
 * that nothing happened to.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class GangIT {
  private static final int EPOCHS = 30;

  @TempDir private static Path folder;
  private static GangRuns runs;
  private static byte[] shaken;
  private static @Nullable LocalCluster cluster;

  @BeforeAll
  static void trainInOneProcess() throws Exception {
    runs = new GangRuns(folder, EPOCHS);
    Path local = folder.resolve("shaken-local");
    SparkSession spark = LocalSpark.start(1);
    try {
      Job job = TrainingExactnessTest.job(TrainingExactnessTest.SHAKEN);
      Trainer.of(spark, job).directory(local.toString()).train();
    } finally {
      spark.stop();
    }
    shaken = GangRuns.weights(local);
  }

  /** Executors, their cores, and whether frames are encrypted; all of them in the profile soak. */
  static List<Arguments> clusters() {
    List<Arguments> sample = List.of(arguments(2, 1, true), arguments(3, 1, false));
    List<Arguments> all = new ArrayList<>(sample);
    all.addAll(List.of(arguments(1, 2, false), arguments(2, 2, false)));
    return Boolean.getBoolean("invar.whole") ? all : sample;
  }

  @ParameterizedTest
  @MethodSource("clusters")
  void theWeightsDoNotDependOnTheCluster(int executors, int cores, boolean encrypted)
      throws Exception {
    String name = executors + "x" + cores;
    Path events = Files.createDirectory(folder.resolve(name + "-events"));
    List<String> settings = new ArrayList<>(EventLog.properties(events));
    settings.add("--verbose");
    if (!encrypted) { // With both compilers, on which weights do not depend either.
      settings.add("-Dspark.executor.extraJavaOptions=-XX:+UseSerialGC");
    }
    settings.add("-Dspark.authenticate=" + encrypted);
    settings.add("-Dspark.authenticate.secret=of-a-test");
    settings.add("-Dspark.network.crypto.enabled=" + encrypted);
    Path out = runs.directory(name);
    String master = "local-cluster[%d,%d,1024]".formatted(executors, cores);
    try (var run = runs.start(name, master, settings.toArray(new String[0]))) {
      assertEquals(0, run.exitCode(GangRuns.LIMIT), run.log());
      String met =
          "%d workers of %d cores have met, their frames %s"
              .formatted(executors, cores, encrypted ? "encrypted with AES-256-GCM" : "in clear");
      assertTrue(run.log().contains(met), run.log());
    }
    assertArrayEquals(runs.expected(), GangRuns.weights(out));
    GangRuns.assertTimings(out);
    List<EventLog.Stage> gangs = EventLog.read(events).gangs();
    assertEquals(1, gangs.size(), gangs.toString());
    EventLog.Stage gang = gangs.get(0);
    assertTrue(gang.barrier(), gang.toString());
    assertEquals(executors, gang.tasks(), gang.toString());
    assertEquals(executors, gang.executors().size(), "a task an executor: " + gang);
    assertEquals(cores, gang.cpus(), "all cores of an executor: " + gang);
  }

  /** A cluster of two executors, for what is not about clusters. */
  private static String train(Job job, Path out) throws Exception {
    if (cluster == null) {
      cluster = LocalCluster.start(2, Map.of());
    }
    return GangRuns.train(cluster, job, out.toString(), new GangRuns.Warned());
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  /** What augments at random is a layer of a user's own, on executors too. */
  @Test
  void randomNumbersOfALayerDoNotDependOnTheCluster() throws Exception {
    Job job = TrainingExactnessTest.job(TrainingExactnessTest.SHAKEN);
    Path out = folder.resolve("shaken");
    train(job, out);
    assertArrayEquals(shaken, GangRuns.weights(out));
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
    String warnings = train(Job.load(runs.job(), setting), out);
    assertTrue(warnings.contains(warning), warnings);
    assertFalse(Arrays.equals(runs.expected(), GangRuns.weights(out)), "as if it were exact");
    double exact = GangRuns.testAccuracy(runs.directory("driver"));
    double found = GangRuns.testAccuracy(out);
    assertTrue(
        exact > 0.85 && found > exact - 0.04, "exact: " + exact + ", " + name + ": " + found);
  }
}
