package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No command deletes what it reads, nor what Invar has not made. */
class NothingIsLostTest {
  private static SparkSession spark;

  @TempDir private static Path folder;
  private static Path data;
  private static Path table;
  private static Path job;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    spark = LocalSpark.start(1);
    data = Files.createDirectories(folder.resolve("data"));
    table = Files.writeString(data.resolve("t.csv"), "a,y\n" + "1,0\n2,1\n".repeat(20));
    job =
        Files.writeString(
            folder.resolve("job.yaml"),
            """
            name: case
            data: {train: {format: csv, path: %s}, label: y}
            model: {layers: [dense: 2]}
            loss: softmaxCrossEntropy
            train: {epochs: 1, batchSize: 20, optimizer: adam, schedule: {constant: 0.01}}
            """
                .formatted(table));
    run = folder.resolve("run");
    Runs.train(spark, Job.load(job), run);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** A link to a folder that Spark wrote, which holds what is read. */
  @Test
  void predictionsDoNotReplaceTheirInputThroughALink() throws IOException {
    Path input = folder.resolve("spark/rows.csv");
    spark.sql("SELECT 1 AS a").write().option("header", "true").csv(input.toString());
    Path link = Files.createSymbolicLink(folder.resolve("link"), input.getParent());
    for (Path out : new Path[] {link, link.resolve("rows.csv")}) {
      Cli.run("predict", run, "--input", input, "--out", out, "--out-format", "csv", "--overwrite")
          .refused("--out " + out + ": expected a folder apart from file:");
    }
    // Apart from what is read, and yet not made by Invar.
    Cli.run("predict", run, "--input", table, "--out", input, "--out-format", "csv", "--overwrite")
        .refused("a folder that Spark wrote for predict, with _invar_predictions");
    assertEquals(1, spark.read().option("header", "true").csv(input.toString()).count());
  }

  @Test
  void predictionsReplacePredictionsAndNothingElse() throws IOException {
    Path out = folder.resolve("out.csv");
    Cli.run("predict", run, "--input", table, "--out", out).succeeded();
    Cli.run("predict", run, "--input", table, "--out", out, "--overwrite").succeeded();
    assertEquals(40, spark.read().option("header", "true").csv(out.toString()).count());
    Path notes = Files.writeString(out.resolve("notes.txt"), "mine");
    Cli.run("predict", run, "--input", table, "--out", out, "--overwrite").refused("notes.txt");
    assertEquals("mine", Files.readString(notes));
  }

  @Test
  void runsAndSearchesAreApartFromTheirData() throws IOException {
    for (String out : new String[] {"data", "data/.", "data/../data"}) {
      String place = folder + "/" + out;
      for (String mode : new String[] {"--overwrite", "--resume"}) {
        Cli.run("train", job, "--out", place, mode).refused("expected a folder apart from file:");
      }
      Path search = folder.resolve("search.yaml");
      Files.writeString(
          search,
          "{name: s, job: job.yaml, trials: 1, objective: {metric: trainLoss, goal: minimize},"
              + " space: {train.schedule.constant: {uniform: [0.01, 0.1]}}}");
      Cli.run("search", search, "--out", place, "--overwrite")
          .refused("expected a folder apart from file:");
    }
    Cli.run("train", job, "--out", data.resolve("deep"), "--set", "data.train.path=" + data)
        .refused("expected a folder apart from file:");
    assertTrue(Files.exists(table) && Files.notExists(data.resolve("deep")));
  }

  @Test
  void theFileThatDescribesARunIsNotOverwrittenWithIt() throws IOException {
    Path kept = run.resolve("job.yaml");
    String before = Files.readString(kept);
    Cli.run("train", kept, "--out", run, "--overwrite", "--set", "train.epochs=2")
        .refused("expected a folder apart from file:" + kept);
    assertEquals(before, Files.readString(kept));
    Cli.run("train", kept, "--out", run, "--resume").succeeded();
  }

  @Test
  void scoresAreNotWrittenOverTheRowsThatTheyAreOf() throws IOException {
    Cli.run("evaluate", run, "--input", table, "--json", data + "/../data/t.csv")
        .refused("--json", "apart from file:" + table);
    assertTrue(Files.readString(table).startsWith("a,y\n"));
  }

  @Test
  void scoresReplaceScoresAndNothingElse() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.json"), "{\"rows\": 3}\n");
    for (Path file : new Path[] {notes, data, job}) {
      Cli.run("evaluate", run, "--json", file).refused("--json " + file, "Nothing was overwritten");
    }
    Cli.run("bench", "--exchange", "--json", notes).refused("--json " + notes, "earlier report");
    assertEquals("{\"rows\": 3}\n", Files.readString(notes));
    Path scores = Files.createFile(folder.resolve("scores.json"));
    Cli.run("evaluate", run, "--json", scores).succeeded();
    Cli.run("evaluate", run, "--input", table, "--json", scores).succeeded();
    assertTrue(Files.readString(scores).contains("\"rows\" : 40"), Files.readString(scores));
  }

  @Test
  void aFolderThatAppearsWhilePredictWorksStays() throws IOException {
    Path out = Files.createDirectory(folder.resolve("meanwhile.csv"));
    OutputPath written = output(out, false);
    Path late = Files.writeString(out.resolve("late.txt"), "mine");
    assertThrows(InvarException.class, written::writing);
    assertEquals("mine", Files.readString(late));
    Files.delete(late);
    assertEquals(out.getFileName().toString(), written.writing().getName());
    assertTrue(Files.notExists(out), "an empty one makes room");

    Cli.run("predict", run, "--input", table, "--out", out).succeeded();
    OutputPath replacing = output(out, true);
    org.apache.hadoop.fs.Path beside = replacing.writing();
    Files.createDirectory(Path.of(beside.toUri()));
    Files.writeString(late, "mine");
    assertThrows(InvarException.class, () -> replacing.complete(beside));
    assertEquals("mine", Files.readString(late));
  }

  private static OutputPath output(Path out, boolean overwrite) {
    return OutputPath.of(
        out.toString(),
        overwrite,
        List.of(table.toString()),
        run.toString(),
        spark.sparkContext().hadoopConfiguration());
  }

  /** A file of that name with nothing in it is anybody's. */
  @Test
  void anEmptySearchFileMakesNoSearch() throws IOException {
    Path out = Files.createDirectories(folder.resolve("mine/trials")).getParent();
    Path kept = Files.writeString(out.resolve("trials/kept.txt"), "mine");
    Path search = folder.resolve("empty-search.yaml");
    Files.writeString(
        search,
        "{name: s, job: job.yaml, trials: 1, objective: {metric: trainLoss, goal: minimize},"
            + " space: {train.schedule.constant: {uniform: [0.01, 0.1]}}}");
    for (String text : new String[] {"", "#"}) {
      Files.writeString(out.resolve("search.yaml"), text);
      for (String mode : new String[] {"--overwrite", "--resume"}) {
        Cli.run("search", search, "--out", out, mode).refused("search.yaml that Invar wrote");
      }
      assertEquals(text, Files.readString(out.resolve("search.yaml")));
    }
    assertEquals("mine", Files.readString(kept));

    // A search that was killed as it began leaves its claim beside it.
    Path killed = Files.createDirectories(folder.resolve("killed"));
    Files.createFile(killed.resolve("search.yaml"));
    Files.createFile(killed.resolve("owner-0000.json"));
    Cli.run("search", search, "--out", killed, "--resume").succeeded();
  }
}
