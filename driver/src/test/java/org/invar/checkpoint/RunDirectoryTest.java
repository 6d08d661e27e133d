package org.invar.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.storage.SliceFile;
import org.junit.jupiter.api.AfterEach;
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

  private RunDirectory opened;

  @BeforeEach
  void nameTheRun() {
    run = folder.resolve("runs/a");
  }

  @AfterEach
  void giveUp() {
    if (opened != null) {
      opened.close();
      opened = null;
    }
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
    giveUp();

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

    // Nor does an empty one: no kill leaves it beside a model.
    Files.writeString(run.resolve("job.yaml"), "");
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
          RunDirectory.open(DyingFileSystem.path(run), configuration, JOB, mode)
              .claim("a test", caution -> {})
              .close();
        } catch (InvarException e) {
          assertTrue(DyingFileSystem.died(), e.toString());
        }
        finished = !DyingFileSystem.died();
        open(JOB, Mode.RESUME);
        giveUp();
        assertEquals(List.of("job.yaml"), files(run));
      }
    }
  }

  private static List<String> files(Path directory) throws IOException {
    return CheckpointFixture.names(directory).stream()
        .filter(name -> Files.isRegularFile(directory.resolve(name)))
        .filter(name -> !List.of("metrics.jsonl", "summary.json").contains(name))
        .toList();
  }

  @Test
  void overwriteDeletesWhatARunHoldsAndNothingElse() throws IOException {
    open("name: old\n", Mode.NEW);
    fill();
    Files.writeString(run.resolve("notes.txt"), "mine");

    open(JOB, Mode.OVERWRITE);
    giveUp();

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
    try (MetricsLog log = directory.metrics(SavedMetrics.none())) {
      log.append(JsonNodeFactory.instance.objectNode().put("loss", 0.5));
      assertEquals(List.of("{\"loss\":0.5}"), Files.readAllLines(file));

      log.append(JsonNodeFactory.instance.objectNode().put("loss", Double.NaN));
      assertEquals(List.of("{\"loss\":0.5}", "{\"loss\":null}"), Files.readAllLines(file));
      assertEquals(Files.readString(file), text(log.lines()));
    }
  }

  @Test
  void linesStayThoseOfTheirMomentAndDoNotNeedTheFile() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    try (MetricsLog log = directory.metrics(SavedMetrics.none())) {
      log.append(JsonNodeFactory.instance.objectNode().put("name", "zwölf"));
      MetricsLines one = log.lines();
      Files.delete(run.resolve("metrics.jsonl"));
      log.append(JsonNodeFactory.instance.objectNode().put("step", 2));

      assertEquals("{\"name\":\"zwölf\"}\n", text(one));
      assertEquals(1, one.count());
      assertEquals("{\"name\":\"zwölf\"}\n{\"step\":2}\n", text(log.lines()));
      assertEquals(2, log.lines().count());
    }
  }

  @Test
  void metricsAreThoseOfTheCheckpointThatIsTaken() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    Path checkpoints = run.resolve("checkpoints");
    CheckpointStore store = CheckpointFixture.store(checkpoints, 9);
    Map<Long, String> expected = new TreeMap<>();
    try (MetricsLog log = directory.metrics(SavedMetrics.none())) {
      for (long step = 1; step <= 9; step++) {
        for (long line = 0; line < step * step % 7; line++) {
          log.append(JsonNodeFactory.instance.objectNode().put("step", step).put("line", line));
        }
        expected.put(step, Files.readString(run.resolve("metrics.jsonl")));
        CheckpointFixture.save(store, CheckpointFixture.checkpoint(step), log.lines());
      }
      log.append(JsonNodeFactory.instance.objectNode().put("step", 10));
    }
    for (long step = 9; step >= 1; step--) { // The newest is damaged, and the one before, and …
      store = CheckpointFixture.store(checkpoints, 9);
      SavedCheckpoint found = store.newest().orElseThrow();
      assertEquals(step, found.step());

      try (MetricsLog log = directory.metrics(found.metrics())) {
        assertEquals(expected.get(step), Files.readString(run.resolve("metrics.jsonl")));

        log.append(JsonNodeFactory.instance.objectNode().put("again", step));
        assertEquals(expected.get(step) + "{\"again\":" + step + "}\n", text(log.lines()));
        assertEquals(text(log.lines()), Files.readString(run.resolve("metrics.jsonl")));
      }
      Path slice =
          checkpoints.resolve(
              SliceFile.name(new CheckpointName(step, 0).slices(), 0, 1 + (int) (step % 5)));
      Files.write(slice, new byte[1]);
    }
  }

  @Test
  void damagedLinesLeaveTheFileAsItIs() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    CheckpointStore store = CheckpointFixture.store(run.resolve("checkpoints"), 1);
    try (MetricsLog log = directory.metrics(SavedMetrics.none())) {
      log.append(JsonNodeFactory.instance.objectNode().put("step", 1));
      CheckpointFixture.save(store, CheckpointFixture.checkpoint(1), log.lines());
      log.append(JsonNodeFactory.instance.objectNode().put("step", 2));
    }
    SavedCheckpoint found = store.newest().orElseThrow();
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      for (Path file : files.filter(name -> name.toString().endsWith(".jsonl")).toList()) {
        Files.writeString(file, "{\"step\":3}\n");
      }
    }
    assertThrows(IOException.class, () -> directory.metrics(found.metrics()));
    assertEquals(
        List.of("{\"step\":1}", "{\"step\":2}"), Files.readAllLines(run.resolve("metrics.jsonl")));
  }

  @Test
  void memoryHoldsNoLineHoweverManyThereAre() throws IOException {
    RunDirectory directory = open(JOB, Mode.NEW);
    CheckpointStore store = CheckpointFixture.store(run.resolve("checkpoints"), 1);
    MetricsLog log = directory.metrics(SavedMetrics.none());
    String text;
    long empty = Held.by(log); // The names of the directory's owner.
    try (log) {
      for (int step = 1; step <= 20_000; step++) {
        log.append(JsonNodeFactory.instance.objectNode().put("step", step));
      }
      assertEquals(empty, Held.by(log));
      assertEquals(0, Held.by(log.lines()));

      CheckpointFixture.save(store, CheckpointFixture.checkpoint(1), log.lines());
      assertEquals(empty, Held.by(log));
      text = text(log.lines());
    }
    SavedCheckpoint found = store.newest().orElseThrow();
    try (MetricsLog again = directory.metrics(found.metrics())) {
      assertEquals(empty, Held.by(again));
      assertTrue(Held.by(found) < 2000, "names and hashes, not " + text.length() + " characters");
      assertEquals(text, text(again.lines()));
      assertEquals(20_000, again.lines().count());
    }
  }

  private void fill() throws IOException {
    for (String name : List.of("checkpoints", "model")) {
      Files.createDirectories(run.resolve(name));
      Files.writeString(run.resolve(name).resolve("x"), "x");
    }
    Files.writeString(run.resolve("metrics.jsonl"), "{}\n");
    Files.writeString(run.resolve("summary.json"), "{}\n");
  }

  private static String text(MetricsLines lines) throws IOException {
    var bytes = new ByteArrayOutputStream();
    lines.writeTo(bytes, 0);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String refused(String job, Mode mode) {
    return assertThrows(InvarException.class, () -> open(job, mode)).getMessage();
  }

  private RunDirectory open(String job, Mode mode) {
    giveUp();
    var path = new org.apache.hadoop.fs.Path(run.toUri());
    opened =
        RunDirectory.open(path, CheckpointFixture.CONFIGURATION, job, mode)
            .claim("a test", caution -> {});
    return opened;
  }
}
