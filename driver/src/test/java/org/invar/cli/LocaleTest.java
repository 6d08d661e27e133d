package org.invar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The default locale of a program changes nothing: no byte, no name of a file, no number. */
class LocaleTest {
  private static final String ROWS = "GRÖSSE,Iİıi,y\n" + "1.5,2,KÄSE I\n2.5,1,brot ı\n".repeat(20);

  private static SparkSession spark;

  @TempDir private static Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(1);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** What a command leaves and says under a locale, without times. */
  private static Map<String, String> run(String command, Path file, String locale)
      throws IOException {
    Locale before = Locale.getDefault();
    Path out = folder.resolve(command);
    try {
      Locale.setDefault(Locale.forLanguageTag(locale));
      String said = Cli.run(command, file, "--out", out, "--overwrite").succeeded();
      Map<String, String> left = new TreeMap<>();
      left.put("said", said.replaceAll("\\d+[.:]\\d+( s|,|\\b)|[\\d,.]+ samples/s", "…"));
      try (Stream<Path> files = Files.walk(out)) {
        for (Path each : files.filter(Files::isRegularFile).toList()) {
          String name = out.relativize(each).toString();
          boolean timeless =
              name.matches(
                  ".*(safetensors|architecture.yaml|preprocessing.json|job.yaml|best.yaml)");
          if (!name.matches(".*(\\.parquet|\\.crc|owner-).*")) {
            left.put(name, timeless ? new String(Files.readAllBytes(each), UTF_8) : "");
          }
        }
      }
      return left;
    } finally {
      Locale.setDefault(before);
    }
  }

  private static void assertSame(
      Map<String, String> expected, Map<String, String> found, String locale) {
    assertEquals(expected.keySet(), found.keySet(), locale);
    found.forEach((name, text) -> assertEquals(expected.get(name), text, locale + ": " + name));
  }

  private static Path job() throws IOException {
    Path table = Files.writeString(folder.resolve("TABLE İ.csv"), ROWS);
    return Files.writeString(
        folder.resolve("job.yaml"),
        """
        name: INVAR
        data: {train: {format: CSV, path: '%s'}, dev: {split: 0.25}, label: y}
        model: {layers: [{dense: {units: 3, activation: sigmoid}}, dense: 2]}
        loss: softmaxCrossEntropy
        train: {epochs: 2, batchSize: 20, optimizer: adam, schedule: {constant: 0.0123}}
        """
            .formatted(table));
  }

  @Test
  void aRunIsTheSameUnderEveryLocale() throws IOException {
    Map<String, String> expected = run("train", job(), "en");
    for (String locale : new String[] {"tr-TR", "de-DE", "ar-EG-u-nu-arab"}) {
      assertSame(expected, run("train", job(), locale), locale);
    }
  }

  @Test
  void aSearchIsTheSameUnderEveryLocale() throws IOException {
    job();
    Path search =
        Files.writeString(
            folder.resolve("search.yaml"),
            """
            name: SEARCH
            job: job.yaml
            trials: 2
            objective: {metric: devLoss, goal: minimize}
            stopping: none
            stages: [{trials: 1, keys: [train.schedule.constant]}, {trials: 1, keys: [train.batchSize]}]
            space: {train.schedule.constant: {uniform: [0.01, 0.1]}, train.batchSize: {choice: [10, 20]}}
            """);
    Map<String, String> expected = run("search", search, "en");
    String arabic = "ar-EG-u-nu-arab";
    Map<String, String> found = run("search", search, arabic);
    // What is said there is the command line's alone, whose process has one locale.
    expected.remove("said");
    found.remove("said");
    assertSame(expected, found, arabic);
  }
}
