package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Path wine;

  @BeforeAll
  static void train() {
    spark = LocalSpark.start(2);
    wine = folder.resolve("wine");
    Runs.wine(spark, wine);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }

  @Test
  void scoresTheTestSplitAndPrintsTheMatrix() throws IOException {
    Path file = folder.resolve("scores/test.json");
    String text = Cli.run("evaluate", wine, "--json", file).succeeded();
    assertTrue(text.startsWith("data  rows    loss  accuracy"), text);
    assertTrue(text.contains("\ntest    "), text);
    assertTrue(text.contains("\ntrue \\ predicted  barbera  barolo  grignolino  recall\n"), text);
    assertTrue(text.contains("\nclass       rows  predicted  precision  recall     f1\n"), text);
    JsonNode found = json(file);
    JsonNode summary = json(wine.resolve("summary.json"));
    for (String score : List.of("loss", "accuracy", "f1")) {
      String name = "test" + Character.toUpperCase(score.charAt(0)) + score.substring(1);
      assertEquals(summary.path(name).doubleValue(), found.path(score).doubleValue(), name);
    }
    assertEquals(summary.path("confusion"), found.path("confusion"));
    assertEquals("[\"barbera\",\"barolo\",\"grignolino\"]", found.path("classes").toString());
  }

  @Test
  void scoresAnotherSplitOrOtherRows() throws IOException {
    Path file = folder.resolve("dev.json");
    String dev = Cli.run("evaluate", wine, "--split", "dev", "--json", file).succeeded();
    assertTrue(dev.contains("\ndev     "), dev);
    double loss = json(wine.resolve("summary.json")).path("devLoss").doubleValue();
    assertEquals(loss, json(file).path("loss").doubleValue());
    String all = Cli.run("evaluate", wine, "--input", Runs.WINE, "--json", file).succeeded();
    assertTrue(all.contains("\n" + Runs.WINE + "   178  "), all);
    assertEquals(178, json(file).path("rows").intValue());
    assertFalse(SparkSession.active().sparkContext().isStopped(), "the session is the test's");
  }

  @Test
  void numbersHaveScoresAndNoMatrix() throws IOException {
    Path data = Runs.RECIPES.resolve("data/diabetes.csv");
    Path run = folder.resolve("diabetes");
    Job job =
        Job.load(
            Runs.RECIPES.resolve("diabetes.yaml"), "data.train.path=" + data, "train.epochs=5");
    Runs.train(spark, job, run);
    Path file = folder.resolve("diabetes.json");
    String text = Cli.run("evaluate", run, "--json", file).succeeded();
    assertTrue(text.matches("data  rows +loss +rmse +mae +r2\ntest .*\n"), text);
    double rmse = json(run.resolve("summary.json")).path("testRmse").doubleValue();
    assertEquals(rmse, json(file).path("rmse").doubleValue());
  }

  @Test
  void refusesOptionsThatDoNotGoTogether() {
    Cli.run("evaluate", wine, "--split", "dev", "--input", Runs.WINE)
        .refused("--split: expected a split of the run's data or other rows, found both");
    Cli.run("evaluate", wine, "--format", "csv").refused("--input: expected the path of the rows");
    Cli.run("evaluate", wine, "--input", folder.resolve("wine"))
        .refused("a path that ends with its format, such as .csv", "--format");
    Cli.run("evaluate", wine, "--input", Runs.WINE, "--labels", "x").refused("--labels: expected");
    Cli.run("evaluate", wine, "--images", "x-ubyte").refused("--labels: expected", "x-ubyte");
    Cli.run("evaluate", wine, "--format", "digits", "--option", "sep=;").refused("{sep=;}");
    assertEquals(2, Cli.run("evaluate", wine, "--split", "all").code());
  }

  @Test
  void refusesRowsThatTheModelIsNotFor() throws IOException {
    Cli.run("evaluate", wine, "--input", folder.resolve("none.csv"))
        .refused("none.csv: expected a file or folder of format csv, found nothing");
    Cli.run("evaluate", wine, "--input", Runs.RECIPES.resolve("data/diabetes.csv"))
        .refused("diabetes.csv: expected a column alcohol, found the columns [age, ");
    Cli.run("evaluate", wine, "--input", folder, "--format", "images")
        .refused("expected rows with what the model was trained on, [alcohol,", "found pictures");
    Path unknown = folder.resolve("unknown.csv");
    Files.writeString(unknown, Files.readString(Runs.WINE).replace("barbera", "merlot"));
    Cli.run("evaluate", wine, "--input", unknown)
        .refused("unknown.csv, line 132 (", "column cultivar: expected one of [barbera", "merlot");
    Cli.run("evaluate", wine, "--input", Runs.WINE, "--format", "parquett").refused("parquett");
  }

  @Test
  void refusesDirectoriesWithoutAWholeModel() throws IOException {
    Cli.run("evaluate", folder.resolve("nothing")).refused("nothing/model: expected a model");
    Cli.run("evaluate", Runs.WINE).refused("wine.csv/model: expected a model");
    Cli.run("evaluate", "nosuch://host/run").refused("run \"nosuch://host/run\": cannot be read");
    Cli.run("evaluate", "").refused("run \"\": cannot be read");
    Path copy = folder.resolve("copy");
    Files.createDirectories(copy.resolve("model"));
    for (String name :
        List.of("model.json", "architecture.yaml", "weights.safetensors", "preprocessing.json")) {
      Files.copy(wine.resolve("model").resolve(name), copy.resolve("model").resolve(name));
    }
    Cli.run("evaluate", copy).refused("copy: expected the directory of a run", "job.yaml");
    byte[] weights = Files.readAllBytes(copy.resolve("model/weights.safetensors"));
    weights[weights.length - 3] ^= 1;
    Files.write(copy.resolve("model/weights.safetensors"), weights);
    Cli.run("evaluate", copy).refused("weights.safetensors: expected SHA-256 ");
    Files.write(copy.resolve("model/weights.safetensors"), new byte[10]);
    Cli.run("evaluate", copy).refused("weights.safetensors: expected ", "found 10 bytes");
    Files.writeString(copy.resolve("model/model.json"), "{");
    Cli.run("evaluate", copy).refused("model.json: expected JSON");
  }
}
