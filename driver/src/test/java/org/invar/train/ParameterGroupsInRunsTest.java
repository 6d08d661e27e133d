package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.invar.tensor.Layout;
import org.invar.trials.Trial;
import org.invar.trials.Trials;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of a job's parameters reach the update, whoever makes it. */
class ParameterGroupsInRunsTest {
  private static final String GROUPS =
      """
        groups:
          - {match: "*", rate: 0.5}
          - {match: "conv2d1.*", frozen: true}
          - {match: "dense2.*", rate: 3}
      """;

  @TempDir private static Path directory;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Job job(String more) {
    return Job.parse(
        TrainingExactnessTest.JOB.replace("  l2: 0.01\n", "  l2: 0.01\n" + more), "job");
  }

  private static byte[] weights(String run) throws Exception {
    return Files.readAllBytes(directory.resolve(run).resolve("model/weights.safetensors"));
  }

  private static TrainingResult train(String run, Job job) {
    return Trainer.of(spark, job).directory(directory.resolve(run).toString()).train();
  }

  @Test
  void everyExchangeEndsWithTheSameBytes() throws Exception {
    TrainingResult gang = train("gang", job(GROUPS));
    TrainingResult driver = train("driver", job(GROUPS + "  exchange: driver\n"));
    assertArrayEquals(weights("gang"), weights("driver"));
    assertEquals(gang.scores(), driver.scores());
    try (Trials trials = Trials.pack(spark, job(GROUPS), null, true, warning -> {})) {
      Path solo = directory.resolve("solo");
      assertTrue(trials.inTask(Trial.of(job(GROUPS), solo.toString(), 2)).finished());
      assertArrayEquals(weights("gang"), weights("solo"));
    }
    var model = TrainedModel.load(spark, directory.resolve("gang").toString());
    Layout layout = model.network().layout();
    float[] start = layout.initialValues(1);
    for (Layout.Entry entry : layout.entries()) {
      assertEquals(
          entry.name().startsWith("conv2d1."),
          Arrays.equals(part(start, entry), part(model.weights().parameters(), entry)),
          entry.name());
    }
  }

  private static float[] part(float[] flat, Layout.Entry entry) {
    return Arrays.copyOfRange(flat, entry.offset(), entry.end());
  }

  @Test
  void aGroupOfRateOneChangesNoBit() throws Exception {
    train("none", job(""));
    train("one", job("  groups: [{match: \"dense1.*\"}, {match: \"*.kernel\", rate: 1}]\n"));
    assertArrayEquals(weights("none"), weights("one"));
    train("two", job("  groups: [{match: \"dense1.*\", rate: 2}]\n"));
    assertFalse(Arrays.equals(weights("none"), weights("two")));
  }
}
