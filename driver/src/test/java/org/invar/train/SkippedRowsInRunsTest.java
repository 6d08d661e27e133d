package org.invar.train;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.score.Evaluation;
import org.invar.score.TrainedModel;
import org.invar.search.Search;
import org.invar.search.SearchSpec;
import org.invar.source.LocalSpark;
import org.invar.source.Split;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkippedRowsInRunsTest {
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private Job job(String badRows) throws IOException {
    StringBuilder text = new StringBuilder("a,b,y\n");
    for (int i = 0; i < 40; i++) {
      text.append(i).append(',').append(i % 7).append(i % 10 == 3 ? ",0,1\n" : "," + i % 2 + "\n");
    }
    Path file = Files.writeString(folder.resolve("t.csv"), text);
    return Job.parse(
        """
        name: skipping
        data: {train: {format: csv, path: %s}, test: {split: 0.3}, label: y%s}
        model: {layers: [dense: 2]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, batchSize: 8, optimizer: adam, schedule: {constant: 0.01}}
        """
            .formatted(file, badRows),
        "skipping");
  }

  @Test
  void theyAreCountedNamedAndLeftOutOfEvaluationsToo() throws IOException {
    Path run = folder.resolve("run");
    List<String> told = new ArrayList<>();
    var listener =
        new TrainingListener() {
          @Override
          public void warning(String warning) {
            told.add(warning);
          }
        };
    TrainingResult result =
        Trainer.of(spark, job(", badRows: skip"))
            .directory(run.toString())
            .listener(listener)
            .train();
    assertTrue(
        told.stream()
            .anyMatch(
                warning ->
                    warning.contains(
                        "t.csv: 4 rows were skipped (skipped.jsonl names each): 4 rows: ")),
        told.toString());
    var json = new ObjectMapper();
    JsonNode skipped = json.readTree(run.resolve("summary.json").toFile()).path("skippedRows");
    assertEquals(4, skipped.path(0).path("rows").asInt());
    assertEquals(
        4, skipped.path(0).path("reasons").path("expected 3 fields, one for each column").asInt());
    List<String> lines = Files.readAllLines(run.resolve("skipped.jsonl"));
    assertEquals(4, lines.size());
    assertEquals(5, json.readTree(lines.get(0)).path("line").asInt());
    Evaluation again = TrainedModel.load(spark, run.toString()).evaluate(Split.TEST);
    assertEquals(result.scores().get("testLoss"), again.scores().get("loss"));
  }

  @Test
  void aSearchNamesThemBesideItsTrials() throws IOException {
    Path search = folder.resolve("search");
    String text =
        "name: s\njob:\n"
            + job(", badRows: skip")
                .yaml()
                .lines()
                .map(line -> "  " + line + "\n")
                .collect(joining())
            + "space: {train.schedule.constant: {uniform: [0.01, 0.1]}}\n"
            + "objective: {metric: trainLoss, goal: minimize}\ntrials: 1\nstopping: none\n";
    SearchSpec spec = SearchSpec.parse(text, "search.yaml");
    Search.of(spark, spec).directory(search.toString()).run();
    List<String> lines = Files.readAllLines(search.resolve("skipped.jsonl"));
    assertEquals(4, lines.size());
    assertTrue(lines.get(0).contains("\"line\":5"), lines.get(0));
    Search.of(spark, spec).directory(search.toString()).mode(Mode.RESUME).run();
    assertEquals(lines, Files.readAllLines(search.resolve("skipped.jsonl")));
  }

  @Test
  void theFirstOneEndsARunOtherwise() throws IOException {
    Job strict = job("");
    String run = folder.resolve("strict").toString();
    var e =
        assertThrows(InvarException.class, () -> Trainer.of(spark, strict).directory(run).train());
    assertTrue(e.getMessage().contains("t.csv, line 5: expected 3 fields"), e.getMessage());
    assertTrue(!Files.exists(folder.resolve("strict/skipped.jsonl")));
  }
}
