package org.invar.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunDirectoryTest {
  private static final String JOB =
      """
      name: a
      train: {epochs: 10, seed: 9007199254740993, rates: [0.1, 0.2]}
      data: {train: {path: x}}
      checkpoint: {keep: 3}
      """;

  @TempDir private Path folder;
  private Path run;

  @BeforeEach
  void nameTheRun() {
    run = folder.resolve("runs/a");
  }

  @ParameterizedTest
  @EnumSource
  void anyModeStartsInAMissingOrEmptyDirectory(Mode mode) throws IOException {
    open(JOB, mode);
    assertTrue(Files.readString(run.resolve("job.yaml")).contains(JOB));

    Files.delete(run.resolve("job.yaml"));
    open(JOB, mode);
    assertTrue(Files.readString(run.resolve("job.yaml")).contains(JOB));
  }

  @Test
  void newRefusesARunAndSaysWhatToDo() {
    open(JOB, Mode.NEW);

    String message = refused(JOB, Mode.NEW);

    assertTrue(message.contains("found job.yaml"), message);
    assertTrue(message.contains("--resume") && message.contains("--overwrite"), message);
  }

  @ParameterizedTest
  @EnumSource
  void noModeTouchesADirectoryThatIsNoRun(Mode mode) throws IOException {
    Files.createDirectories(run.resolve("model"));
    Files.writeString(run.resolve("thesis.tex"), "x");

    String message = refused(JOB, mode);

    assertTrue(message.contains("found model, thesis.tex"), message);
    assertEquals(List.of("model", "thesis.tex"), CheckpointFixture.names(run));

    // A job file that the user wrote does not make the user's directory one of ours.
    Files.writeString(run.resolve("job.yaml"), JOB);
    refused(JOB, mode);
    assertEquals(List.of("job.yaml", "model", "thesis.tex"), CheckpointFixture.names(run));
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsNoDirectory(Mode mode) throws IOException {
    Files.createDirectories(run.getParent());
    Files.writeString(run, "x");

    assertTrue(refused(JOB, mode).contains("expected a directory, found a file"));
  }

  @Test
  void resumeAllowsAnotherNameAndOtherCheckpoints() throws IOException {
    open(JOB, Mode.NEW);
    byte[] recorded = Files.readAllBytes(run.resolve("job.yaml"));

    open(
        JOB.replace("name: a", "name: b").replace("keep: 3", "keep: 9, everySteps: 1"),
        Mode.RESUME);

    assertArrayEquals(recorded, Files.readAllBytes(run.resolve("job.yaml")));
  }

  @Test
  void resumeRefusesAnotherJobAndNamesTheKeys() {
    open(JOB, Mode.NEW);

    String message =
        refused(
            JOB.replace("epochs: 10", "epochs: 20")
                .replace("9007199254740993", "9007199254740992")
                .replace("0.2]", "0.2, 0.3]")
                .replace("path: x", "name: y"),
            Mode.RESUME);

    for (String difference :
        List.of(
            "train.epochs (10 there, 20 here)",
            "train.seed (9007199254740993 there, 9007199254740992 here)",
            "train.rates[2] (nothing there, 0.3 here)",
            "data.train.path (\"x\" there, nothing here)",
            "data.train.name (nothing there, \"y\" here)")) {
      assertTrue(message.contains(difference), message);
    }
  }

  @Test
  void manyDifferencesAreCutShort() {
    open("a: {b: 1, c: 2, d: 3, e: 4, f: 5, g: 6}", Mode.NEW);

    String message = refused("a: {}", Mode.RESUME);

    assertTrue(message.contains("a.f (5 there, nothing here), …"), message);
    assertFalse(message.contains("a.g"), message);
  }

  @Test
  void aKillAtAnyByteOfTheJobCanBeResumed() throws IOException {
    open(JOB, Mode.NEW);
    byte[] whole = Files.readAllBytes(run.resolve("job.yaml"));
    for (int length = 0; length < whole.length; length++) {
      Files.write(run.resolve("job.yaml"), Arrays.copyOf(whole, length));

      open(JOB, Mode.RESUME);

      assertArrayEquals(whole, Files.readAllBytes(run.resolve("job.yaml")), length + " bytes");
    }
  }

  @Test
  void halfAJobBesideOutputsOfAnotherRunIsRefused() throws IOException {
    open(JOB, Mode.NEW);
    Path job = run.resolve("job.yaml");
    byte[] whole = Files.readAllBytes(job);
    Files.createDirectory(run.resolve("checkpoints"));
    Files.write(job, Arrays.copyOf(whole, whole.length / 2 + 20));

    String message = refused("name: other\n", Mode.RESUME);
    assertTrue(message.contains("expected a whole job"), message);

    open(JOB, Mode.RESUME);
    assertArrayEquals(whole, Files.readAllBytes(job));
  }

  @ParameterizedTest
  @EnumSource
  void aKillAtAnyChangeOfOpeningCanBeResumed(DyingFileSystem.Death death) throws IOException {
    boolean finished = false;
    for (int changes = 0; !finished; changes++) {
      run = folder.resolve(death + "-" + changes);
      for (Mode mode : List.of(Mode.NEW, Mode.OVERWRITE)) {
        if (mode == Mode.OVERWRITE) {
          fill();
        }
        var configuration = DyingFileSystem.configuration(changes, death);
        try {
          RunDirectory.open(DyingFileSystem.path(run), configuration, JOB, mode).claim();
        } catch (InvarException e) {
          assertTrue(DyingFileSystem.died(), e.toString());
        }
        finished = !DyingFileSystem.died();
        open(JOB, Mode.RESUME);
      }
    }
  }

  @Test
  void overwriteDeletesWhatARunHoldsAndNothingElse() throws IOException {
    open("name: old\n", Mode.NEW);
    fill();
    Files.writeString(run.resolve("notes.txt"), "mine");

    open(JOB, Mode.OVERWRITE);

    assertEquals(List.of("job.yaml", "notes.txt"), CheckpointFixture.names(run));
    assertTrue(Files.readString(run.resolve("job.yaml")).contains(JOB));
  }

  @Test
  void theSummaryIsEmptyUntilItIsWhole() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    assertTrue(directory.summary().isEmpty());
    var summary = JsonNodeFactory.instance.objectNode().put("devLoss", 0.25).put("steps", 7);
    directory.writeSummary(summary);
    byte[] whole = Files.readAllBytes(run.resolve("summary.json"));

    assertEquals(summary, directory.summary().orElseThrow());
    for (int length = 0; length < whole.length - 2; length++) {
      Files.write(run.resolve("summary.json"), Arrays.copyOf(whole, length));
      assertTrue(directory.summary().isEmpty(), length + " bytes");
    }
  }

  @Test
  void aLineOfMetricsIsThereAsSoonAsItIsWritten() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    Path file = run.resolve("metrics.jsonl");
    try (MetricsLog log = directory.metrics(List.of())) {
      log.append(JsonNodeFactory.instance.objectNode().put("loss", 0.5));
      assertEquals(List.of("{\"loss\":0.5}"), Files.readAllLines(file));

      log.append(JsonNodeFactory.instance.objectNode().put("loss", Double.NaN));
      assertEquals(List.of("{\"loss\":0.5}", "{\"loss\":\"NaN\"}"), Files.readAllLines(file));
      assertEquals(Files.readAllLines(file), log.lines());
    }
  }

  @Test
  void metricsAreCutBackToTheCheckpoint() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    List<String> checkpointed;
    try (MetricsLog log = directory.metrics(List.of())) {
      log.append(JsonNodeFactory.instance.objectNode().put("step", 1));
      checkpointed = log.lines();
      log.append(JsonNodeFactory.instance.objectNode().put("step", 2));
    }

    try (MetricsLog log = directory.metrics(checkpointed)) {
      assertEquals(checkpointed, Files.readAllLines(run.resolve("metrics.jsonl")));
      log.append(JsonNodeFactory.instance.objectNode().put("step", 3));
      assertEquals(List.of("{\"step\":1}", "{\"step\":3}"), log.lines());
    }
    assertEquals(
        List.of("{\"step\":1}", "{\"step\":3}"), Files.readAllLines(run.resolve("metrics.jsonl")));
  }

  private void fill() throws IOException {
    for (String name : List.of("checkpoints", "model")) {
      Files.createDirectories(run.resolve(name));
      Files.writeString(run.resolve(name).resolve("x"), "x");
    }
    Files.writeString(run.resolve("metrics.jsonl"), "{}\n");
    Files.writeString(run.resolve("summary.json"), "{}\n");
  }

  private String refused(String job, Mode mode) {
    return assertThrows(InvarException.class, () -> open(job, mode)).getMessage();
  }

  private RunDirectory open(String job, Mode mode) {
    var path = new org.apache.hadoop.fs.Path(run.toUri());
    return RunDirectory.open(path, CheckpointFixture.CONFIGURATION, job, mode).claim();
  }
}
