package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.prepare.WatchedScores;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data on which a loss, or a metric that somebody watches, has no value. */
class ZeroWeightsTest {
  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
    rows("0.0D", "id % 2").write().parquet(folder.resolve("weightless").toString());
    rows("1.0D", "0").write().parquet(folder.resolve("negatives").toString());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> rows(String weight, String label) {
    return spark.sql(
        "SELECT id %% 7 AS x, %s AS w, %s AS y FROM range(20)".formatted(weight, label));
  }

  private static Job job(String dev, String more) {
    return Job.parse(
        """
        name: zero
        data: {train: {format: dataset}%s, label: y, features: x, weight: w}
        model: {layers: [dense: 1]}
        loss: binaryCrossEntropy
        train: {epochs: 2, batchSize: 10, optimizer: sgd, schedule: {constant: 0.1}%s}
        """
            .formatted(dev, more),
        "zero.yaml");
  }

  private static String dev(String name) {
    return ", dev: {format: parquet, path: %s/%s}".formatted(folder, name);
  }

  private static TrainingResult train(String run, Job job, String weight, Told told) {
    return Trainer.of(spark, job)
        .data(rows(weight, "id % 2"))
        .directory(folder.resolve(run).toString())
        .listener(told)
        .train();
  }

  private static String refused(String dev, String more, String weight) {
    Told told = new Told();
    String message =
        assertThrows(InvarException.class, () -> train("refused", job(dev, more), weight, told))
            .getMessage();
    assertEquals(List.of(), told.epochs);
    return message;
  }

  @Test
  void trainingRowsThatAllWeigh0EndTheRunBeforeItsFirstStep() {
    assertEquals(
        "zero.yaml:2: data.weight: expected a weight above 0 in some row of the train split, found 0"
            + " in all of 20. Correct the column, or leave data.weight out.",
        refused("", "", "0.0D"));
  }

  @Test
  void aWatchedMetricThatHasAValueInNoEpochIsRefused() {
    assertEquals(
        "zero.yaml:5: train.keepBest: expected a metric that has a value, found devLoss, which has"
            + " none: the dev split's rows all weigh 0. Watch another metric, or give the split"
            + " other rows.",
        refused(dev("weightless"), ", keepBest: devLoss", "1.0D"));
    String recall = refused(dev("negatives"), ", keepBest: devRecall", "1.0D");
    assertTrue(
        recall.contains("found devRecall, which has none: no row of the dev split is 1."), recall);
    String stopping =
        refused(dev("negatives"), ", earlyStopping: {patience: 3, metric: devF1}", "1");
    assertTrue(stopping.contains("train.earlyStopping.metric: "), stopping);
  }

  @Test
  void whatIsNotWatchedIsToldAndIsNull() throws IOException {
    Told told = new Told();
    train("told", job(dev("weightless"), ", keepBest: devAccuracy"), "1.0D", told);
    assertEquals(
        List.of("devLoss has no value: the dev split's rows all weigh 0."), told.of("devLoss"));
    JsonNode summary = Json.MAPPER.readTree(folder.resolve("told/summary.json").toFile());
    assertTrue(summary.get("devLoss").isNull(), summary.toString());
    assertTrue(summary.at("/history/0/scores/devLoss").isNull(), summary.toString());
    assertTrue(summary.get("devAccuracy").isNumber(), summary.toString());
    String metrics = Files.readString(folder.resolve("told/metrics.jsonl"));
    assertTrue(metrics.contains("\"devLoss\":null") && !metrics.contains("NaN"), metrics);
    TrainingResult again = Reports.result("told", summary);
    assertEquals(Double.NaN, again.scores().get("devLoss"));
    assertEquals(Double.NaN, again.history().get(0).scores().get("devLoss"));
  }

  @Test
  void anEpochInWhichTheWatchedMetricHasNoValueIsTold() {
    WatchedScores watched =
        new WatchedScores(
            job(dev("negatives"), ", keepBest: devPrecision, earlyStopping: 5").settings().train());
    assertEquals(Map.of(), watched.withoutValue(Map.of("devPrecision", 0.5, "devLoss", 1.0)));
    assertEquals(
        Map.of(
            "devPrecision",
            "train.keepBest takes none of them, and the last epoch where none has a value"),
        watched.withoutValue(Map.of("devPrecision", Double.NaN, "devLoss", 1.0)));
    assertEquals(
        Map.of("devLoss", "they count towards the patience of train.earlyStopping"),
        watched.withoutValue(Map.of("devPrecision", 1.0)));
  }

  @Test
  void aSplitWithoutPositivesIsTold() throws IOException {
    Told told = new Told();
    TrainingResult result = train("untold", job(dev("negatives"), ""), "1.0D", told);
    assertEquals(1, told.of("No row of the dev split is of class").size());
    assertEquals(Double.NaN, result.scores().get("devRecall"));
    JsonNode summary = Json.MAPPER.readTree(folder.resolve("untold/summary.json").toFile());
    assertTrue(summary.get("devRecall").isNull(), summary.toString());
  }

  @Test
  void theRuleIsToldOnceWhileARunGoesOn() {
    Told told = new Told();
    // One yes among twenty equal rows: the only output falls from 0, and yes is never predicted.
    Dataset<Row> rows = spark.sql("SELECT 0 AS x, 1 AS w, int(id = 3) AS y FROM range(20)");
    TrainingResult result =
        Trainer.of(spark, job("", ", keepBest: trainPrecision"))
            .data(rows)
            .directory(folder.resolve("precision").toString())
            .listener(told)
            .train();
    assertEquals(
        List.of(
            "trainPrecision has no value in epoch 1. Of such epochs: train.keepBest takes none of"
                + " them, and the last epoch where none has a value."),
        told.of("trainPrecision"));
    assertEquals(2, result.keptEpoch());
  }
}
