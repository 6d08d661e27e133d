package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a newcomer gets wrong: one paragraph that says where and what to do, and exit code 1. */
class RefusalsTest {
  private static final String JOB =
      """
      name: digits
      data:
        train: {format: digits}
        test: {split: 0.2}
        scale: 16
      model:
        layers:
          - conv2d: {filters: 4, kernel: 3}
          - flatten
          - dropout: 0.5
          - dense: 10
      loss: softmaxCrossEntropy
      train:
        epochs: 1
        batchSize: 500
        optimizer: adam
        schedule: {constant: 0.001}
        seed: 1
      """;

  @TempDir private Path directory;

  /** An edit of the job, the line of the mistake, and what the message must say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          batchSize: 500 | batchsize: 500        | 15 | train.batchsize | batchSize
          batchSize: 500 | batchSize: 0          | 15 | train.batchSize | found 0
          batchSize: 500 | batchSize: many       | 15 | train.batchSize | whole number
          dropout: 0.5   | dropout: 1.0          | 10 | dropout         | [0, 1)
          dropout: 0.5   | dropot: 0.5           | 10 | dropot          | dropout
          kernel: 3      | kernel: 9             | 8  | model.layers[0] | at most 8
          - flatten      | - maxPool2d: 2        | 11 | model.layers[3] | put flatten in front
          dense: 10      | dense: {units: 10, activation: softmax} | 12 | loss | Take the activation off
          loss: softmaxCrossEntropy | loss: binaryCrossEntropy | 12 | loss | one output
          seed: 1        | optimalError: 5       | 18 | optimalError    | [0, 1]
          seed: 1        | keepBest: trainAcuracy | 18 | train.keepBest | trainAccuracy
          optimizer: adam | optimizer: adm       | 16 | train.optimizer | adam
          epochs: 1      | epochs: 1.5           | 14 | train.epochs    | whole number
          split: 0.2     | split: 1.2            | 4  | data.test       | below 1
          scale: 16      | shape: [8, 8, 2]      | 2  | data            | 128 features a row
          format: digits | "format: csv, path: missing.csv" | 3 | data | missing.csv
          """)
  void wrongJobsAreRefusedAtTheirLine(String right, String wrong, int line, String key, String told)
      throws Exception {
    Path job = write(JOB.replace(right, wrong.replace("\"", "")));
    Outcome outcome = run("train", job.toString(), "--out", directory.resolve("run").toString());
    assertRefused(outcome);
    assertTrue(outcome.err.contains(key), outcome.err);
    assertTrue(outcome.err.contains(told), outcome.err);
    assertTrue(
        outcome.err.contains("job.yaml:" + line), "expected line " + line + ": " + outcome.err);
  }

  @Test
  void aMissingJobIsNamed() {
    Outcome outcome = run("train", directory.resolve("nothing.yaml").toString());
    assertRefused(outcome);
    assertTrue(outcome.err.contains("nothing.yaml"), outcome.err);
  }

  @Test
  void aLabelOutOfRangeIsNamedWithItsLineAndColumn() throws Exception {
    Path csv = directory.resolve("table.csv");
    Files.writeString(csv, "a,b,y\n1,2,0\n3,4,1\n5,6,2\n");
    assertRefusedData(csv, "y", "2");
    Files.writeString(csv, "a,b,y\n1,2,0\n3,NaN,1\n5,6,1\n");
    assertRefusedData(csv, "b", "NaN");
    Files.writeString(csv, "a,b,y\n1,2,0\n3,,1\n5,6,1\n");
    assertRefusedData(csv, "b", "null");
  }

  private void assertRefusedData(Path csv, String column, String found) throws Exception {
    String table =
        JOB.replace("format: digits", "format: csv, path: " + csv)
            .replace("  test: {split: 0.2}\n  scale: 16\n", "  label: y\n")
            .replaceAll("(?s)layers:.*loss", "layers: [dense: 2]\nloss");
    Path job = write(table);
    Outcome outcome =
        run("train", job.toString(), "--out", directory.resolve("run").toString(), "--overwrite");
    assertRefused(outcome);
    assertTrue(outcome.err.contains("table.csv"), outcome.err);
    assertTrue(outcome.err.contains(" line "), outcome.err);
    assertTrue(outcome.err.contains(column), outcome.err);
    assertTrue(outcome.err.contains(found), outcome.err);
  }

  @Test
  void aCorruptPictureIsNamed() throws Exception {
    for (String name : List.of("cats", "dogs")) {
      Path folder = Files.createDirectories(directory.resolve("pictures/" + name));
      for (int i = 0; i < 3; i++) {
        var picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
      }
    }
    Path corrupt = directory.resolve("pictures/dogs/1.png");
    Files.write(corrupt, new byte[] {1, 2, 3});
    Path job =
        write(
            JOB.replace(
                    "format: digits",
                    "format: images, path: " + directory.resolve("pictures") + ", size: 8")
                .replace("dense: 10", "dense: 2"));
    Outcome outcome = run("train", job.toString(), "--out", directory.resolve("run").toString());
    assertRefused(outcome);
    assertTrue(outcome.err.contains("pictures/dogs/1.png"), outcome.err);
  }

  @Test
  void aDamagedModelIsRefusedAndADirectoryInTheWayToo() throws Exception {
    Path job = write(JOB);
    Path run = directory.resolve("run");
    assertEquals(0, run("train", job.toString(), "--out", run.toString()).code);
    assertRefused(run("train", job.toString(), "--out", run.toString()));
    byte[] weights = Files.readAllBytes(run.resolve("model/weights.safetensors"));
    Files.write(run.resolve("model/weights.safetensors"), new byte[100]);
    Outcome evaluated = run("evaluate", run.toString());
    assertRefused(evaluated);
    assertTrue(evaluated.err.contains("weights.safetensors"), evaluated.err);
    // The newest checkpoint makes the model again.
    assertEquals(0, run("train", job.toString(), "--out", run.toString(), "--resume").code);
    assertEquals(
        -1, Arrays.mismatch(weights, Files.readAllBytes(run.resolve("model/weights.safetensors"))));
  }

  @Test
  void aRunWhoseCheckpointsAreAllDamagedIsNotStartedAgainInSilence() throws Exception {
    Path job = write(JOB);
    Path run = directory.resolve("run");
    assertEquals(0, run("train", job.toString(), "--out", run.toString()).code);
    Files.delete(run.resolve("summary.json"));
    try (var files = Files.list(run.resolve("checkpoints"))) {
      for (Path file : files.filter(f -> f.toString().endsWith("safetensors")).toList()) {
        Files.write(file, new byte[] {1, 2, 3});
      }
    }
    Outcome outcome = run("train", job.toString(), "--out", run.toString(), "--resume");
    assertRefused(outcome);
    assertTrue(outcome.err.contains("safetensors"), outcome.err);
    assertTrue(outcome.err.contains("--overwrite"), outcome.err);
  }

  private static void assertRefused(Outcome outcome) {
    assertEquals(1, outcome.code, outcome.err);
    assertTrue(outcome.err.startsWith("invar: "), outcome.err);
    assertEquals(1, outcome.err.strip().lines().count(), outcome.err);
  }

  private Path write(String job) throws Exception {
    Path file = directory.resolve("job.yaml");
    Files.writeString(file, job);
    return file;
  }

  private record Outcome(int code, String out, String err) {}

  private static Outcome run(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    String[] local = Arrays.copyOf(arguments, arguments.length + 2);
    local[arguments.length] = "--master";
    local[arguments.length + 1] = "local[1]";
    int code =
        Main.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            local);
    return new Outcome(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
