package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.source.DataSource;
import org.invar.source.Input;
import org.invar.source.LocalSpark;

/**
 * Tables, pictures, job files, checkpoints and searches of which some bytes were changed: each ends
 * with one clear sentence and exit code 1 or 2, or with success and then with the rows that a
 * strict reader of its own finds. {@code mvn verify} takes a sample, the profile soak 600 of them.
 */
class HostileInputTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Path folder;
  private static SparkSession spark;
  private static Path run;
  private static Path search;
  private static byte[] weights;
  private static int count;

  @BeforeContainer
  static void start() throws Exception {
    folder = Files.createTempDirectory("hostile");
    spark = LocalSpark.start(2);
    Path job = Files.writeString(folder.resolve("run.yaml"), JOB);
    run = folder.resolve("run");
    Cli.run("train", job, "--out", run).succeeded();
    weights = Files.readAllBytes(run.resolve("model/weights.safetensors"));
    Path searched = Files.writeString(folder.resolve("search.yaml"), SEARCH);
    search = folder.resolve("search");
    Cli.run("search", searched, "--out", search).succeeded();
  }

  @AfterContainer
  static void stop() throws IOException {
    spark.stop();
    FileUtils.deleteDirectory(folder.toFile());
  }

  private static final String JOB =
      """
      name: digits
      data: {train: {format: digits}, dev: {split: 0.1}, scale: 16}
      model: {layers: [flatten, {dense: {units: 10}}]}
      loss: softmaxCrossEntropy
      train:
        epochs: 2
        batchSize: 400
        optimizer: {adam: {beta1: 0.9}}
        schedule: {exponential: {initialRate: 0.01, base: 0.9}}
        keepBest: devLoss
        seed: 1
      checkpoint: {everySteps: 2}
      """;

  private static final String SEARCH =
      """
      name: hostile
      job:
        name: tiny
        data: {train: {format: digits}, dev: {split: 0.2}, scale: 16}
        model: {layers: [flatten, {dense: 10}]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 500, optimizer: adam, schedule: {constant: 0.05}}
      space: {train.schedule.constant: {logUniform: [1e-3, 1e-1]}}
      objective: devLoss
      trials: 3
      stopping: none
      """;

  private static final String TABLE =
      """
      name: table
      data: {train: {format: %s, path: "%s"}, features: %s, label: %s, badRows: %s}
      model: {layers: [dense: 1]}
      loss: meanSquaredError
      train: {epochs: 1, batchSize: 64, optimizer: sgd, schedule: {constant: 1.0e-9}}
      """;

  @Provide
  Arbitrary<List<Mutation>> changes() {
    return Mutation.some();
  }

  private static Path fresh(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name + count++));
  }

  /** Runs a command, which ends in time and says at most one thing of what is wrong. */
  private static Cli clean(String what, Object... arguments) {
    Cli ended = assertTimeoutPreemptively(LIMIT, () -> Cli.run(arguments), what);
    String told = what + "\n" + ended.out() + ended.err();
    assertTrue(ended.code() >= 0 && ended.code() <= 2, told);
    assertFalse(told.contains("\tat ") || ended.err().contains("please report"), told);
    for (char c : (ended.out() + ended.err()).toCharArray()) {
      assertTrue(
          c == '\t' || c == '\n' || c == '\r' || !Character.isISOControl(c),
          (int) c + " in " + told);
    }
    if (ended.code() == Main.FAILED) {
      assertTrue(ended.err().startsWith("invar: "), told);
      // Of a job file, everything that is wrong is said at once, a line each with its place.
      assertTrue(
          ended.err().lines().skip(1).allMatch(line -> line.matches(".*\\.yaml:\\d+: .*")), told);
    }
    return ended;
  }

  /** The rows that the command says it trains on. */
  private static int trained(Cli ended) {
    Matcher said = Pattern.compile("rows train ([\\d,]+)").matcher(ended.out());
    assertTrue(said.find(), ended.out());
    return Integer.parseInt(said.group(1).replace(",", ""));
  }

  private static String csv(int rows) {
    StringBuilder text = new StringBuilder("a,b,y\n");
    for (int i = 0; i < rows; i++) {
      text.append(i % 5).append(',').append(i % 7 == 3 ? "\"2.5\"" : String.valueOf(i * 0.25));
      text.append(',').append(i % 3).append('\n');
    }
    return text.toString();
  }

  @Property(seed = "11", shrinking = ShrinkingMode.OFF)
  void tables(@ForAll("changes") List<Mutation> changes, @ForAll boolean skip) throws Exception {
    Path at = fresh("table");
    byte[] bytes = Mutation.all(changes, csv(40).getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(at.resolve("t.csv"), bytes);
    Path job =
        Files.writeString(
            at.resolve("job.yaml"),
            TABLE.formatted("csv", file, "[a, b]", "y", skip ? "skip" : "error"));
    Cli ended = clean(changes.toString(), "train", job, "--out", at.resolve("out"));
    if (ended.code() == 0) {
      StrictCsv strict = StrictCsv.read(bytes, List.of("a", "b", "y"));
      assertTrue(strict != null, changes + ": " + ended.out());
      assertFalse(strict.open(), changes + ": " + ended.out());
      assertTrue(skip || strict.bad() == 0, strict.bad() + " bad rows: " + changes);
      assertEquals(strict.good().size(), trained(ended), changes.toString());
      JsonNode summary = JSON.readTree(at.resolve("out/summary.json").toFile());
      assertEquals(strict.bad(), summary.at("/skippedRows/0/rows").asInt(0), changes.toString());
    }
  }

  @Property(seed = "12", shrinking = ShrinkingMode.OFF)
  void libSvmFiles(@ForAll("changes") List<Mutation> changes) throws Exception {
    Path at = fresh("libsvm");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      text.append("%d %d:%s 4:%d\n".formatted(i % 3, 1 + i % 3, i * 0.5, i % 4));
    }
    byte[] bytes = Mutation.all(changes, text.toString().getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(at.resolve("t.libsvm"), bytes);
    Path job =
        Files.writeString(
            at.resolve("job.yaml"),
            TABLE.formatted("libsvm", file, "[features]", "label", "error"));
    Cli ended = clean(changes.toString(), "train", job, "--out", at.resolve("out"));
    if (ended.code() == 0) {
      List<String> strict = StrictLibSvm.rows(bytes);
      assertNotNull(strict, changes + ": " + ended.out());
      List<String> found =
          Input.open(spark, new DataSource.Table("libsvm", file.toString(), Map.of()))
              .rows()
              .collectAsList()
              .stream()
              .map(HostileInputTest::libSvm)
              .sorted()
              .toList();
      assertEquals(strict, found, changes.toString());
    }
  }

  private static String libSvm(Row row) {
    var vector = row.<org.apache.spark.ml.linalg.Vector>getAs("features").toSparse();
    StringBuilder text = new StringBuilder().append(row.<Double>getAs("label"));
    for (int i = 0; i < vector.indices().length; i++) {
      if (vector.values()[i] != 0) {
        text.append(' ').append(vector.indices()[i] + 1).append(':').append(vector.values()[i]);
      }
    }
    return text.toString();
  }

  @Property(seed = "13", shrinking = ShrinkingMode.OFF)
  void pictures(@ForAll("changes") List<Mutation> changes, @ForAll boolean png) throws Exception {
    Path at = fresh("pictures");
    byte[] changed = {};
    for (int i = 0; i < 6; i++) {
      var picture = new BufferedImage(12, 9, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 12 * 9; p++) {
        picture.setRGB(p % 12, p / 12, ((i * 40) << 16) | (p << 8) | 90);
      }
      var bytes = new ByteArrayOutputStream();
      ImageIO.write(picture, png ? "png" : "jpg", bytes);
      Path in = Files.createDirectories(at.resolve("in/" + (i % 2 == 0 ? "even" : "odd")));
      byte[] written = bytes.toByteArray();
      if (i == 3) {
        written = Mutation.all(changes, written);
        changed = written;
      }
      Files.write(in.resolve(i + (png ? ".png" : ".jpg")), written);
    }
    String text =
        """
        name: pictures
        data: {train: {format: images, path: "%s", size: [4, 4]}, scale: 255}
        model: {layers: [flatten, dense: 2]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 6, optimizer: sgd, schedule: {constant: 0.1}}
        """;
    Path job = Files.writeString(at.resolve("job.yaml"), text.formatted(at.resolve("in")));
    Cli ended = clean(changes.toString(), "train", job, "--out", at.resolve("out"));
    if (ended.code() == 0) {
      assertEquals(6, trained(ended));
      var decoded = ImageIO.read(new ByteArrayInputStream(changed));
      assertNotNull(decoded, changes.toString());
    }
  }

  @Property(seed = "14", shrinking = ShrinkingMode.OFF)
  void jobFiles(@ForAll("changes") List<Mutation> changes) throws Exception {
    Path at = fresh("job");
    byte[] bytes = Mutation.all(changes, JOB.getBytes(StandardCharsets.UTF_8));
    Path job = Files.write(at.resolve("job.yaml"), bytes);
    clean(changes.toString(), "explain", job);
  }

  @Property(seed = "15", shrinking = ShrinkingMode.OFF)
  void runDirectories(@ForAll("changes") List<Mutation> changes, @ForAll byte which)
      throws Exception {
    Path at = fresh("run");
    Path copy = at.resolve("run");
    FileUtils.copyDirectory(run.toFile(), copy.toFile());
    List<Path> files = files(copy);
    Path file = files.get(Math.floorMod(which, files.size()));
    Files.write(file, Mutation.all(changes, Files.readAllBytes(file)));
    if (which % 2 == 0) { // As if it had not finished.
      Files.deleteIfExists(copy.resolve("summary.json"));
    }
    String what = copy.relativize(file) + " " + changes;
    Cli ended = clean(what, "train", folder.resolve("run.yaml"), "--out", copy, "--resume");
    if (ended.code() == 0 && !file.startsWith(copy.resolve("model"))) {
      byte[] found = Files.readAllBytes(copy.resolve("model/weights.safetensors"));
      assertTrue(Arrays.equals(weights, found), what);
    }
    clean(what, "predict", copy, "--format", "digits", "--out", at.resolve("scored.json"));
  }

  @Property(seed = "16", shrinking = ShrinkingMode.OFF)
  void searchDirectories(@ForAll("changes") List<Mutation> changes, @ForAll byte which)
      throws Exception {
    Path at = fresh("search");
    Path copy = at.resolve("search");
    FileUtils.copyDirectory(search.toFile(), copy.toFile());
    List<Path> files = files(copy).stream().filter(file -> file.getParent().equals(copy)).toList();
    Path file = files.get(Math.floorMod(which, files.size()));
    Files.write(file, Mutation.all(changes, Files.readAllBytes(file)));
    String what = copy.relativize(file) + " " + changes;
    clean(what, "search", folder.resolve("search.yaml"), "--out", copy, "--resume");
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(f -> !f.toString().endsWith(".crc"))
          .sorted()
          .toList();
    }
  }
}
