package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.RunDirectory;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;

/**
 * A job with everything random on, and the bytes of the weights that it ends with by the driver
 * exchange in one process.
 */
final class GangRuns {
  /** Seconds that a run may take on a busy machine. */
  static final int LIMIT = 300;

  private final Path folder;
  private final Path job;
  private final byte[] expected;

  GangRuns(Path folder, int epochs) throws Exception {
    this(
        folder,
        TrainingExactnessTest.JOB
            .replace("epochs: 2", "epochs: " + epochs)
            .replace("everySteps: 2", "everySteps: 6"));
  }

  private GangRuns(Path folder, String text) throws Exception {
    this.folder = folder;
    this.job = folder.resolve("job.yaml");
    Files.writeString(job, text);
    SparkSession spark = LocalSpark.start(2);
    try {
      Path out = folder.resolve("driver");
      Job driver = Job.parse(text.replace("l2: 0.01", "l2: 0.01\n  exchange: driver"), "job");
      Trainer.of(spark, driver).directory(out.toString()).train();
      this.expected = weights(out);
    } finally {
      spark.stop();
    }
  }

  /** Returns runs whose last step matters as much as the first: no plateau, no best epoch. */
  static GangRuns steady(Path folder, int epochs) throws Exception {
    return new GangRuns(
        folder,
        TrainingExactnessTest.JOB
            .replace("epochs: 2", "epochs: " + epochs)
            .replace("everySteps: 2", "everySteps: 6")
            .replace("{reduceOnPlateau: {initialRate: 0.01, patience: 1}}", "{constant: 0.003}")
            .replace("  keepBest: devAccuracy\n", ""));
  }

  /** Returns the job's file. */
  Path job() {
    return job;
  }

  /** Returns the weights that every run must end with. */
  byte[] expected() {
    return expected;
  }

  /** Returns the directory of a run. */
  Path directory(String name) {
    return folder.resolve(name);
  }

  /** Starts a run. */
  DriverProcess start(String name, String master, String... more) throws Exception {
    return DriverProcess.train(folder, job, directory(name), master, more);
  }

  /** Somebody who keeps what a run is warned of. */
  static class Warned implements TrainingListener {
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void started(Started started) {
      warnings.addAll(started.warnings());
    }

    @Override
    public void warning(String warning) {
      warnings.add(warning);
    }

    /** Returns all warnings, a line each. */
    @Override
    public String toString() {
      return String.join("\n", warnings);
    }
  }

  /** Trains, or goes on, on a cluster whose driver is this JVM; returns all warnings. */
  static String train(LocalCluster cluster, Job job, String directory, Warned warned) {
    Trainer.of(cluster.spark(), job)
        .directory(directory)
        .mode(RunDirectory.Mode.RESUME)
        .listener(warned)
        .train();
    return warned.toString();
  }

  /** Returns the job with a layer at its network's end that hangs once in an evaluation. */
  Job hanging(Path flag) throws Exception {
    return TrainingExactnessTest.job(
        Files.readString(job)
            .replace(
                "    - dense: 10\n",
                "    - dense: 10\n    - hang: {flag: %s, evaluating: true}\n".formatted(flag)));
  }

  static double testAccuracy(Path out) throws Exception {
    return Json.MAPPER
        .readTree(out.resolve("summary.json").toFile())
        .required("testAccuracy")
        .asDouble();
  }

  /** Every line of a step says where its time went. */
  static void assertTimings(Path out) throws Exception {
    int steps = 0;
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      JsonNode json = Json.MAPPER.readTree(line);
      if (json.required("type").asText().equals("step")) {
        steps++;
        for (String part : List.of("compute", "wait", "reduce", "update", "gather")) {
          JsonNode millis = json.required(part + "Millis");
          assertTrue(millis.isNumber() && Double.isFinite(millis.asDouble()), line);
          assertTrue(millis.asDouble() >= 0, part + " in " + line);
        }
        assertTrue(json.required("computeMillis").asDouble() > 0, line);
      }
    }
    assertTrue(steps > 0, "no step in " + out);
  }

  static byte[] weights(Path out) throws Exception {
    return Files.readAllBytes(out.resolve("model/weights.safetensors"));
  }
}
