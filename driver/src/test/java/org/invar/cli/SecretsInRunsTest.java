package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords and keys of a job are in no file of a run and in nothing that a command says. */
class SecretsInRunsTest {
  private static SparkSession spark;

  @TempDir private static Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
    // A name as an address has it, of a folder; one row is skipped, and told of with its file.
    spark
        .sql("SELECT nullif(id, 3) AS a, id * 3 % 7 AS b, id % 2 AS y FROM range(40)")
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(folder.resolve("x&password=HUNTER1").toString());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Path job(String train) throws IOException {
    Path job = folder.resolve("job.yaml");
    Files.writeString(
        job,
        """
        name: case
        data: {train: %s, label: y, badRows: skip}
        model: {layers: [dense: 2]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 20, optimizer: adam, schedule: {constant: 0.01}}
        """
            .formatted(train));
    return job;
  }

  private static void assertNoSecret(Path run, Cli... said) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(text.contains("HUNTER"), file + ": " + text);
      }
    }
    for (Cli each : said) {
      assertFalse((each.out() + each.err()).contains("HUNTER"), each.out() + each.err());
    }
  }

  @Test
  void aRunKeepsNoneResumesAndIsEvaluatedWithThemGivenAgain() throws IOException {
    String path = folder + "/x&password=HUNTER1";
    Path job = job("{format: parquet, path: '" + path + "', options: {password: HUNTER2}}");
    Path run = folder.resolve("run");
    Cli explained = Cli.run("explain", job);
    Cli trained = Cli.run("train", job, "--out", run);
    assertEquals(0, trained.code(), trained.err());
    String kept = Files.readString(run.resolve("job.yaml"));
    assertTrue(kept.contains("password: \"*****\""), kept);
    assertTrue(kept.contains("x&password=*****"), kept);
    assertTrue(Files.readString(run.resolve("skipped.jsonl")).contains("x&password=*****"));
    Files.delete(run.resolve("summary.json"));
    Cli resumed = Cli.run("train", job, "--out", run, "--resume");
    assertEquals(0, resumed.code(), resumed.err());
    Cli refused = Cli.run("evaluate", run, "--split", "train");
    refused.refused(
        "job.yaml: expected data that can be read again, found secrets",
        "in data.train.path, data.train.options.password",
        "--set data.train.path=…");
    String set = "data.train.options.password=HUNTER2";
    Cli evaluated =
        Cli.run(
            "evaluate", run, "--split", "train", "--set", "data.train.path=" + path, "--set", set);
    assertEquals(0, evaluated.code(), evaluated.err());
    Cli wrong = Cli.run("train", job, "--set", set, "--set", "data.train.options=HUNTER3:password");
    wrong.refused("--set data.train.options=*****");
    assertNoSecret(run, explained, trained, resumed, refused, evaluated, wrong);
    assertEquals(0, explained.code(), explained.err());
  }

  @Test
  void aSearchKeepsNone() throws IOException {
    String path = folder + "/x&password=HUNTER1";
    job("{format: parquet, path: '" + path + "', options: {password: HUNTER2}}");
    Path search = folder.resolve("search.yaml");
    Files.writeString(
        search,
        """
        name: search
        job: job.yaml
        trials: 2
        objective: {metric: trainLoss, goal: minimize}
        stopping: none
        space: {train.schedule.constant: {uniform: [0.01, 0.1]}}
        """);
    Path out = folder.resolve("search");
    Cli searched = Cli.run("search", search, "--out", out);
    assertEquals(0, searched.code(), searched.err());
    assertNoSecret(out, searched, Cli.run("explain", search));
    Cli.run("search", search, "--out", out, "--resume").succeeded();
  }

  /**
   * The addresses of the case: nothing is there, and the message must not say why in full.
   */
  @Test
  void addressesOfDatabasesAndObjectStores() throws IOException {
    String url = "jdbc:postgresql://h/db?user=u&password=HUNTER4";
    for (String train :
        List.of(
            "{format: jdbc, options: {url: '" + url + "', dbtable: t, password: HUNTER5}}",
            "{format: csv, path: 's3a://KEY:HUNTER6@bucket/x.csv'}",
            "{format: csv, path: '" + folder + "/missing?sig=HUNTER7'}")) {
      for (String command : List.of("explain", "train")) {
        Cli refused = Cli.run(command, job(train), "--set", "name=other");
        assertEquals(Main.FAILED, refused.code(), refused.out());
        assertFalse((refused.out() + refused.err()).contains("HUNTER"), refused.toString());
      }
    }
  }
}
