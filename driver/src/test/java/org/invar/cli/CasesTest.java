package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Small inputs that once trained silently wrong, died or hung, each of which stands for a kind, as
 * a user meets them: {@code cases.zip} has a folder of each, with its job.
 */
class CasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void unpack() throws IOException {
    spark = LocalSpark.start(2);
    InputStream resource = CasesTest.class.getResourceAsStream("/cases/cases.zip");
    try (var zip = new ZipInputStream(Objects.requireNonNull(resource), StandardCharsets.UTF_8)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = folder.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          Files.write(file, zip.readAllBytes());
        }
      }
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Path out(String name) {
    return folder.resolve(name).resolve("run");
  }

  /** Commands run in the test's folder, so paths of a case's job are made whole. */
  private static Path job(String name) throws IOException {
    Path directory = folder.resolve(name);
    for (String file : List.of("job.yaml", "search.yaml")) {
      Path yaml = directory.resolve(file);
      if (Files.exists(yaml)) {
        String text = Files.readString(yaml);
        text = text.replaceAll("path: (?=train\\.|d\\b|tö)", "path: " + directory + "/");
        Files.writeString(yaml, text.replace("job: job.yaml", "job: " + directory + "/job.yaml"));
      }
    }
    return directory.resolve("job.yaml");
  }

  private static Cli train(String name, String... more) throws IOException {
    List<Object> words =
        new ArrayList<>(List.of("train", job(name), "--out", out(name), "--overwrite"));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  /** Trains, and returns everything that was said; warnings too. */
  private static String trained(String name, String... more) throws IOException {
    Cli ended = train(name, more);
    assertEquals(0, ended.code(), ended.err());
    return ended.out() + ended.err();
  }

  private static JsonNode summary(String name) throws IOException {
    return JSON.readTree(out(name).resolve("summary.json").toFile());
  }

  private static byte[] weights(String name) throws IOException {
    return Files.readAllBytes(out(name).resolve("model/weights.safetensors"));
  }

  private static JsonNode preprocessing(String name) throws IOException {
    return JSON.readTree(out(name).resolve("model/preprocessing.json").toFile());
  }

  /** Scores rows and returns what is in the column of predictions. */
  private static Set<JsonNode> predictions(String name, Path rows) throws IOException {
    Path scored = folder.resolve(name).resolve("scored.json");
    Cli.run("predict", out(name), "--input", rows, "--out", scored, "--overwrite").succeeded();
    Set<JsonNode> found = new LinkedHashSet<>();
    try (Stream<Path> files = Files.list(scored)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          found.add(JSON.readTree(line).required("prediction"));
        }
      }
    }
    assertFalse(found.isEmpty());
    return found;
  }

  /** What cannot be read as its owner sees it: one sentence, its place, and what mends it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          01-too-many-fields    | train.csv    | 3 fields
          02-too-few-fields     | train.csv    | 3 fields
          07-libsvm-absurd-index | train.libsvm | 1073741824
          12-weights-all-zero   | w            | 0
          13-rate-underflows    | job.yaml:7   | 1.0E-50
          16-holes              | line 41      | NA
          17-tiff-named-png     | .png         | TIFF
          18-picture-bomb       | 0.png        | at most
          19-half-a-picture     | 0.png        | picture
          23-long-number        | job.yaml:7   | characters
          """)
  void isRefused(String name, String place, String found) throws IOException {
    train(name).refused(place, found);
    assertFalse(Files.exists(out(name).resolve("summary.json")));
  }

  @ParameterizedTest
  @CsvSource({
    "01-too-many-fields, 198, 2",
    "02-too-few-fields, 199, 1",
    "19-half-a-picture, 39, 1"
  })
  void badRowsAreLeftOutAndCountedWhereTheJobSaysSo(String name, int good, int bad)
      throws IOException {
    String said = trained(name, "--set", "data.badRows=skip");
    assertTrue(said.contains("rows train " + good), said);
    JsonNode skipped = summary(name).required("skippedRows").get(0);
    assertEquals(bad, skipped.required("rows").asInt(), skipped.toString());
    assertEquals(bad, Files.readAllLines(out(name).resolve("skipped.jsonl")).size());
    FileUtils.deleteDirectory(out(name).toFile());
  }

  @Test
  void aLineBreakInQuotesEndsNoRow() throws IOException {
    String said = trained("03-line-break-in-quotes");
    assertTrue(said.contains("rows train 3"), said);
  }

  /** The same rows in files of one order of columns train to the same bytes. */
  @ParameterizedTest
  @CsvSource({"04-headers-in-another-order", "05-headers-swapped-all-text"})
  void columnsAreMatchedByName(String name) throws IOException {
    trained(name);
    byte[] found = weights(name);
    Path data = folder.resolve(name).resolve("d");
    List<Path> files;
    try (Stream<Path> all = Files.list(data)) {
      files = all.sorted().toList();
    }
    List<String> names = List.of(Files.readAllLines(files.get(0)).get(0).split(",", -1));
    for (Path file : files.subList(1, files.size())) {
      List<String> lines = Files.readAllLines(file);
      List<String> own = List.of(lines.get(0).split(",", -1));
      assertFalse(own.equals(names), "the case has files of different headers");
      Files.write(
          file,
          lines.stream()
              .map(
                  line -> {
                    String[] fields = line.split(",", -1);
                    return String.join(
                        ",", names.stream().map(each -> fields[own.indexOf(each)]).toList());
                  })
              .toList());
    }
    trained(name);
    assertArrayEquals(weights(name), found);
  }

  @Test
  void zeroBasedIndicesAreSeen() throws IOException {
    String said = trained("06-libsvm-zero-based");
    assertTrue(said.contains("train.libsvm: index 0 occurs, so indices count from 0"), said);
  }

  @Test
  void leadingZerosOfACategoryStay() throws IOException {
    String name = "08-leading-zeros";
    trained(name);
    assertTrue(preprocessing(name).toString().contains("\"01\""), preprocessing(name).toString());
    Path at = folder.resolve(name);
    predictions(name, at.resolve("new.csv"));
    Cli.run(
            "predict",
            out(name),
            "--input",
            at.resolve("new-with-letters.csv"),
            "--out",
            at.resolve("x.json"))
        .refused("zip", "A1", "new-with-letters.csv");
  }

  @Test
  void aPartitionColumnIsNoFeatureUnlessNamed() throws IOException {
    String name = "09-partition-column";
    trained(name);
    assertFalse(preprocessing(name).toString().contains("\"cls\""), preprocessing(name).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "10-labels-minus-one-one | [-1, 1]",
        "10-labels-one-to-three | [1, 2, 3]",
        "10-labels-true-false | [true, false]",
        "10-labels-yes-no | [\"no\", \"yes\"]"
      })
  void predictionsSpeakTheLabelsOwnValues(String name, String values) throws IOException {
    trained(name);
    Set<JsonNode> allowed = new LinkedHashSet<>();
    JSON.readTree(values).forEach(allowed::add);
    Set<JsonNode> found = predictions(name, folder.resolve(name).resolve("train.csv"));
    assertTrue(allowed.containsAll(found), found + " of " + allowed);
  }

  @Test
  void labelsThatDifferInASpaceArePointedOut() throws IOException {
    String said = trained("10-labels-space");
    assertTrue(said.contains("\"cat \"") && said.contains("\"cat\""), said);
  }

  @Test
  void secondsSinceTheEpochTrainAsSmallNumbersDo() throws IOException {
    trained("11-epoch-seconds");
    assertEquals(1, summary("11-epoch-seconds").required("devAccuracy").asDouble());
  }

  @Test
  void aLineIsLearnedBehindBatchNormInBatchesOf16() throws IOException {
    String name = "14-batch-norm-regression";
    trained(name);
    double explained = summary(name).required("devR2").asDouble();
    assertTrue(explained >= 0.99, "r² = " + explained);
  }

  @Test
  void filesThatAreLeftOutAreCountedAndNamed() throws IOException {
    String said = trained("20-other-kinds");
    assertTrue(said.contains(".webp") && said.contains(".tif") && said.contains(".txt"), said);
  }

  @Test
  void escapesReachNoTerminal() throws IOException {
    Cli ended = train("21-terminal-escapes");
    ended.refused("\\u001b");
    assertFalse(ended.err().contains("\u001b"), ended.err());
  }

  @Test
  void secretsAreInNoTableAndMessage() throws IOException {
    Cli ended = Cli.run("explain", job("22-secrets"));
    assertTrue(ended.code() == 1, ended.out());
    assertFalse((ended.out() + ended.err()).contains("HUNTER"), ended.out() + ended.err());
  }

  @ParameterizedTest
  @CsvSource({"24-search-elements, elements", "24-search-range, uniform", "24-search-times, times"})
  void aSearchThatCannotBeIsRefusedAtItsLine(String name, String key) throws IOException {
    job(name);
    Path search = folder.resolve(name).resolve("search.yaml");
    Cli.run("search", search, "--out", out(name)).refused("search.yaml:8", key);
  }

  @Test
  void aColumnThatPredictionAddsHasAnotherName() throws IOException {
    String name = "25-prediction-column";
    trained(name);
    Path at = folder.resolve(name);
    Cli.run("predict", out(name), "--input", at.resolve("new.csv"), "--out", at.resolve("x.csv"))
        .refused("Prediction", "--");
  }
}
