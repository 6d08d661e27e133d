package org.invar.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.source.LocalSpark;
import org.invar.source.Split;
import org.invar.storage.Json;
import org.invar.train.Trainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernels")
class EvaluationTest {
  private static final String DIGITS =
      """
      name: digits
      data:
        train: {format: digits}
        dev: {split: 0.2}
        test: {split: 0.3}
        scale: 16
        classWeights: balanced
      model: {layers: [flatten, {dense: 10}]}
      loss: softmaxCrossEntropy
      train: {epochs: 2, batchSize: 100, optimizer: adam, schedule: {constant: 0.02}}
      """;

  /** Weighted, identified, standardized and one-hot rows, and a test set of its own. */
  private static final String TABLE =
      """
      name: table
      data:
        train: {format: parquet, path: %1$s/train}
        dev: {split: 0.3}
        test: {format: parquet, path: %1$s/test}
        label: kind
        weight: w
        id: id
        oneHot: [color]
        standardize: true
        classWeights: {big: 2.5}
      model: {layers: [{dense: {units: 6, activation: tanh}}, {dense: 3}]}
      loss: softmaxCrossEntropy
      train: {epochs: 3, batchSize: 50, shards: 3, optimizer: adam, schedule: {constant: 0.02}}
      """;

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static TrainedModel table;

  @BeforeAll
  static void train() {
    spark = LocalSpark.start(2);
    rows(0, 400).write().parquet(folder.resolve("train").toString());
    rows(400, 100).write().parquet(folder.resolve("test").toString());
    table = model("table", Job.parse(TABLE.formatted(folder), "table"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> rows(int from, int count) {
    return spark.sql(
        """
        SELECT concat('row', id) AS id, x, y, color, 1 + id %% 3 AS w,
               CASE WHEN x + y > 14 THEN 'big' WHEN x > y THEN 'low' ELSE 'other' END AS kind
        FROM (SELECT id, id * 37 %% 101 / 10 AS x, id * 53 %% 97 / 10D AS y,
                     CASE WHEN id %% 2 = 0 THEN 'red' ELSE 'blue' END AS color
              FROM range(%d, %d))
        """
            .formatted(from, from + count));
  }

  private static TrainedModel model(String name, Job job) {
    String directory = folder.resolve(name).toString();
    Trainer.of(spark, job).directory(directory).train();
    return TrainedModel.load(spark, directory);
  }

  private static void assertSummary(String run, TrainedModel model) throws IOException {
    JsonNode summary = Json.MAPPER.readTree(folder.resolve(run).resolve("summary.json").toFile());
    assertEquals(List.of(Split.TRAIN, Split.DEV, Split.TEST), model.splits());
    for (Split split : model.splits()) {
      Evaluation evaluation = model.evaluate(split);
      assertTrue(evaluation.scores().containsKey("accuracy"), evaluation.scores().toString());
      evaluation
          .scores()
          .forEach(
              (name, value) ->
                  assertEquals(
                      summary.path(split.score(name)).doubleValue(), value, split.score(name)));
    }
  }

  @Test
  void splitsScoreToTheLastBitAsTheSummarySays() throws IOException {
    TrainedModel digits = model("digits", Job.parse(DIGITS, "digits"));
    assertSummary("digits", digits);
    long rows = 0;
    for (Split split : Split.values()) {
      rows += digits.evaluate(split).rows();
    }
    assertEquals(1797, rows);
    assertSummary("table", table);
  }

  @Test
  void aModelWhoseInputsHaveAnotherShapeThanTheDataIsRead() throws IOException {
    Job job = Job.parse(DIGITS, "digits").with("model.input", "[8, 8]");
    assertSummary("rows", model("rows", job.with("model.layers", "[{gru: 4}, {dense: 10}]")));
  }

  @Test
  void otherRowsScoreAsTheTestSetThatTheyAre() {
    Evaluation ofSplit = table.evaluate(Split.TEST);
    Evaluation given = table.evaluate(rows(400, 100).drop("id").repartition(5));
    assertEquals(100, given.rows());
    assertEquals(ofSplit.confusion(), given.confusion());
    assertEquals(List.of("big", "low", "other"), given.classes());
    assertEquals(ofSplit.scores().get("loss"), given.scores().get("loss"), 1e-9);
  }

  @Test
  void partitionsAndOrderDoNotReachTheScores() {
    Dataset<Row> rows = rows(0, 300);
    Evaluation once = table.evaluate(rows.coalesce(1));
    assertEquals(once, table.evaluate(rows.orderBy("y").repartition(7)));
  }

  @Test
  void predictionsAgreeWithTheScores() {
    Dataset<Row> rows = rows(200, 250);
    Dataset<Row> predicted = table.predict(rows);
    long right = predicted.where("prediction = kind").count();
    double accuracy = table.evaluate(rows).scores().get("accuracy");
    assertEquals(accuracy, right / 250.0);
    assertTrue(accuracy > 0.5, "accuracy=" + accuracy);
  }

  @Test
  void aRowIsPredictedToTheBitAsAmongOthers() {
    Map<String, List<Double>> among = probabilities(rows(200, 60).coalesce(1));
    assertEquals(60, among.size());
    assertEquals(among, probabilities(rows(200, 60).orderBy("y").repartition(7)));
    for (int row : new int[] {200, 231, 259}) {
      String id = "row" + row;
      assertEquals(Map.of(id, among.get(id)), probabilities(rows(row, 1)));
    }
  }

  private static Map<String, List<Double>> probabilities(Dataset<Row> rows) {
    return table.predict(rows).select("id", "probability").collectAsList().stream()
        .collect(Collectors.toMap(row -> row.getString(0), row -> row.getList(1)));
  }

  @Test
  void refusesRowsAndSplitsThatAreNotThere() throws IOException {
    Dataset<Row> rows = rows(0, 20);
    refused(() -> table.evaluate(rows.drop("kind")), "a column kind,", "Did you mean");
    refused(() -> table.evaluate(rows.where("x < 0")), "expected rows, found none");
    refused(
        () -> table.evaluate(rows.selectExpr("x", "y", "color", "w", "'huge' AS kind")),
        "column kind: expected one of [big, low, other], found huge");
    String job =
        TABLE
            .replaceAll(" +test: .*\n", "")
            .replace("{format: parquet, path: %1$s/train}", "{format: dataset}");
    Path directory = folder.resolve("given");
    Trainer.of(spark, Job.parse(job, "given"))
        .data(rows(0, 100))
        .directory(directory.toString())
        .train();
    TrainedModel given = TrainedModel.load(spark, directory.toString());
    assertEquals(List.of(Split.TRAIN, Split.DEV), given.splits());
    refused(() -> given.evaluate(Split.TEST), "one of the run's splits, train, dev, found test");
    refused(() -> given.evaluate(Split.DEV), "job.yaml:", "rows that a program gave");
    Files.delete(directory.resolve("summary.json"));
    refused(() -> given.evaluate(Split.DEV), "expected a finished run");
    Files.delete(directory.resolve("job.yaml"));
    refused(given::splits, "expected the directory of a run, with a whole job.yaml");
  }

  @Test
  void classWeightsNeedALossOfClassesAndClassesThatThereAre() {
    String job = TABLE.formatted(folder);
    String wrong = job.replace("softmaxCrossEntropy", "meanSquaredError");
    refused(() -> train(wrong), "wrong:", "data.classWeights: expected a loss of classes");
    String bigger = job.replace("{big: 2.5}", "{bigg: 2.5}");
    refused(() -> train(bigger), "a class bigg, for its weight", "[big, low, other]", "mean big?");
  }

  private static void train(String job) {
    Trainer.of(spark, Job.parse(job, "wrong")).directory(folder.resolve("no").toString()).train();
  }

  private static void refused(org.junit.jupiter.api.function.Executable action, String... parts) {
    var e = assertThrows(InvarException.class, action);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), part + " is not in: " + e.getMessage());
    }
    assertTrue(!e.getMessage().contains("\n"), e.getMessage());
  }
}
