package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.invar.Program.Ended;
import org.invar.storage.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/invar} as a person calls it. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class LauncherIT {
  static final Path LAUNCHER = Program.ROOT.resolve("bin/invar");
  private static final Path DIGITS = Program.ROOT.resolve("conf/digits.yaml");
  private static final Map<String, String> SMALL = Map.of("INVAR_HEAP", "1g");

  @TempDir private Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"--help", "train --help"})
  void helps(String arguments) throws Exception {
    Ended ended = call(LAUNCHER, Program.ROOT, SMALL, arguments.split(" "));

    assertEquals(0, ended.code(), ended.err());
    assertTrue(ended.out().startsWith("Usage: invar"), ended.out());
    assertEquals("", ended.err());
  }

  @Test
  void trainsAndLeavesTheArtifacts() throws Exception {
    Path out = temporary.resolve("a run");
    Ended ended =
        call(
            LAUNCHER,
            Program.ROOT,
            SMALL,
            "train",
            "conf/digits.yaml",
            "--set",
            "train.epochs=1",
            "--out",
            out.toString(),
            "--master",
            "local[1]");

    assertEquals(0, ended.code(), ended.out() + ended.err());
    assertEquals("", ended.err());
    assertTrue(ended.out().contains("on 1 task"), ended.out());
    for (String artifact :
        List.of(
            "model/architecture.yaml",
            "model/preprocessing.json",
            "model/weights.safetensors",
            "metrics.jsonl",
            "summary.json")) {
      assertTrue(Files.size(out.resolve(artifact)) > 0, artifact);
    }
    try (Stream<Path> checkpoints = Files.list(out.resolve("checkpoints"))) {
      assertTrue(checkpoints.anyMatch(file -> file.toString().endsWith(".manifest.json")));
    }
  }

  @Test
  void measuresTheExchangeBetweenProcesses() throws Exception {
    Path json = temporary.resolve("bench.json");
    Ended ended =
        call(
            LAUNCHER,
            temporary,
            SMALL,
            "bench",
            "--exchange",
            "--floats",
            "5000",
            "--workers",
            "2",
            "--steps",
            "3",
            "--json",
            json.toString());

    assertEquals(0, ended.code(), ended.out() + ended.err());
    assertEquals("", ended.err());
    assertTrue(ended.out().contains("gang/bound"), ended.out());
    JsonNode row = Json.MAPPER.readTree(json.toFile()).path("rows").path(0);
    assertEquals(3, row.path("steps").asInt());
    // The larger slice is a block; what describes frames comes on top of the values.
    int values = Float.BYTES * (5000 - 4096 + 4096);
    assertTrue(row.path("bytes").asLong() > values, row.toString());
    assertTrue(row.path("bytes").asLong() < values + 500, row.toString());
    for (String time : List.of("gang", "reduce", "update", "bound", "driver")) {
      assertTrue(row.path(time).asDouble() > 0, row.toString());
    }
  }

  @Test
  void refusesAnUnknownKeyInOneParagraphFromAnotherFolderThroughALink() throws Exception {
    Path folder = Files.createDirectories(temporary.resolve("bin of mine"));
    Path link = Files.createSymbolicLink(folder.resolve("invar"), LAUNCHER);
    Path job = temporary.resolve("job.yaml");
    Files.writeString(job, Files.readString(DIGITS).replace("batchSize:", "batchSiz:"));
    Path second = Files.createSymbolicLink(temporary.resolve("link"), Path.of("bin of mine/invar"));

    Ended ended = call(second, temporary, SMALL, "train", "job.yaml");

    Files.delete(second);
    Files.delete(link);
    assertEquals(1, ended.code(), ended.out());
    assertEquals("", ended.out());
    assertEquals(1, ended.err().lines().count(), ended.err());
    assertTrue(
        ended.err().matches("(?s)invar: .*job\\.yaml:\\d+: train\\.batchSiz: .*batchSize\\?\\R"),
        ended.err());
    assertFalse(Files.exists(temporary.resolve("runs")));
  }

  @Test
  void handsItsArgumentsToTheSparkSubmitOfSparkHome() throws Exception {
    Path home =
        Program.fake(
            temporary,
            "spark home/bin/spark-submit",
            """
            printf '%s\\n' "$@"
            echo "threads $OMP_NUM_THREADS"
            exit 7
            """);

    Ended ended =
        call(
            LAUNCHER,
            temporary,
            Map.of("SPARK_HOME", home.toString(), "INVAR_HEAP", "3g", "INVAR_OFFHEAP", "5g"),
            "train",
            "a job.yaml",
            "--master=spark://somewhere:7077",
            "--set",
            "name=two words",
            "--conf",
            "spark.executor.memory=9g",
            "--driver-memory",
            "4g");

    assertEquals(7, ended.code(), ended.err());
    assertEquals("", ended.err());
    assertLinesMatch(
        List.of(
            "--class",
            "org.invar.cli.Main",
            "--driver-memory",
            "4g",
            "--conf",
            "spark.executorEnv.OMP_NUM_THREADS=1",
            "--conf",
            "spark\\.executorEnv\\.LC_ALL=.*\\.UTF-8",
            "--master",
            "spark://somewhere:7077",
            "--conf",
            "spark.driver.defaultJavaOptions=-Dorg.bytedeco.javacpp.maxbytes=5g"
                + " -Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "--conf",
            "spark.executor.memory=9g",
            Program.JOB_JAR.toString(),
            "train",
            "a job.yaml",
            "--set",
            "name=two words",
            "threads 1"),
        ended.out().lines().toList());
  }

  /** Ctrl-C reaches all processes of a terminal: the driver, and executors that it started. */
  @Test
  void ctrlCEndsTrainingAndSaysHowToGoOn() throws Exception {
    Path out = temporary.resolve("interrupted");
    List<String> command =
        List.of(
            LAUNCHER.toString(),
            "train",
            DIGITS.toString(),
            "--set",
            "train.epochs=100000",
            "--set",
            "train.schedule={constant: 0.001}",
            "--out",
            out.toString(),
            "--overwrite",
            "--master",
            "local-cluster[2,1,1024]");
    try (Program program = Program.start("invar", temporary, Program.ROOT, SMALL, command)) {
      program.awaitFile(out.resolve("metrics.jsonl"), Duration.ofMinutes(4));
      int code = program.interrupt();

      assertEquals(code, program.exitCode(Duration.ofMinutes(2)), program.toString());
      assertEquals(
          "invar: interrupted. What was saved stays; go on with the same command and --resume"
              + " instead of --overwrite.",
          program.err().strip());
      assertEquals(List.of(), program.survivors(Duration.ofMinutes(1)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--master",
        "--master=locl[2]",
        "--master=local[x]",
        "--master=local-cluster[2,1]"
      })
  void refusesAMasterThatIsNone(String master) throws Exception {
    Ended ended = call(LAUNCHER, temporary, SMALL, "train", DIGITS.toString(), master);

    assertEquals(2, ended.code(), ended.err());
    assertEquals(1, ended.err().lines().count(), ended.err());
    assertTrue(ended.err().startsWith("bin/invar: --master"), ended.err());
  }

  private Ended call(
      Path launcher, Path folder, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    return Program.call(launcher, temporary, folder, environment, arguments);
  }
}
