package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.invar.search.SearchSpec;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code invar search}, in this JVM. */
class SearchCommandTest {
  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Path search(String name, String space) throws Exception {
    Path file = folder.resolve(name);
    Files.writeString(
        file,
        """
        name: tiny
        job:
          name: tiny
          data: {train: {format: digits}, dev: {split: 0.2}, scale: 16}
          model: {layers: [flatten, {dense: 10}]}
          loss: softmaxCrossEntropy
          train: {epochs: 2, batchSize: 200, optimizer: adam, schedule: {constant: 0.05}}
        space:
          %s
        objective: devAccuracy
        trials: 4
        """
            .formatted(space));
    return file;
  }

  @Test
  void showsTheBestAndWhereThingsAre() throws Exception {
    Path file = search("good.yaml", "train.schedule.constant: {logUniform: [1e-3, 1e-1]}");
    Path out = folder.resolve("out");
    String printed = Cli.run("search", file, "--out", out).succeeded();
    for (String part :
        new String[] {
          "tiny: 4 trials of up to 2 epochs of tiny, 2 at once",
          "best so far",
          "trial  epochs  devAccuracy  constant",
          "2 at once, which had something to do for",
          "4 trials, ",
          "best: trial",
          "report.html"
        }) {
      assertTrue(printed.contains(part), part + " is not in: " + printed);
    }
    Cli.run("search", file, "--out", out).refused("--resume", "journal-0000.jsonl");
    String again = Cli.run("search", file, "--out", out, "--resume").succeeded();
    assertTrue(again.contains("going on: the journal has 4 trials"), again);
    String fewer =
        Cli.run("search", file, "--out", out, "--overwrite", "--set", "trials=2").succeeded();
    assertTrue(fewer.contains("tiny: 2 trials"), fewer);
    Cli.run("evaluate", out.resolve("best"), "--split", "dev").succeeded();
  }

  @Test
  void refusesABadKeyWithItsLine() throws Exception {
    Path file = search("bad.yaml", "train.schedule.constnt: {logUniform: [1e-3, 1e-1]}");
    Cli.run("search", file, "--out", folder.resolve("bad"))
        .refused("bad.yaml:9", "train.schedule", "constnt");
    assertTrue(Files.notExists(folder.resolve("bad")));
  }

  @Test
  void explainShowsASearchWithItsSpaceAndItsJob() throws Exception {
    Path file = search("explained.yaml", "train.schedule.constant: {logUniform: [1e-3, 1e-1]}");
    String printed = Cli.run("explain", file, "--set", "trials=5").succeeded();
    for (String part :
        new String[] {
          "train.schedule.constant:",
          "logUniform:",
          "stopping:",
          "batchSize: 200",
          "tiny: 5 trials of up to 2 epochs of tiny; bin/invar search starts them",
          "dense1",
          "rows to train on"
        }) {
      assertTrue(printed.contains(part), part + " is not in: " + printed);
    }
  }

  @Test
  void aSearchIsNoJobToTrain() throws Exception {
    Path file = search("trained.yaml", "train.schedule.constant: {logUniform: [1e-3, 1e-1]}");
    Path out = folder.resolve("trained");
    Cli.run("train", file, "--out", out)
        .refused("trained.yaml: expected a job, found a search", "bin/invar search");
    assertTrue(Files.notExists(out));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "search-digits.yaml",
        "search-lenet-fashion-mnist.yaml",
        "../.github/bench/equal-trials.yaml"
      })
  void theRecipesAreRead(String recipe) {
    var spec = SearchSpec.load(Runs.RECIPES.resolve(recipe));
    assertTrue(spec.settings().trials() >= 30);
  }
}
