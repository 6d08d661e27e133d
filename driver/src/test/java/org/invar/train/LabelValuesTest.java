package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels of any values become classes, and are predicted as they were written. */
class LabelValuesTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static TinyTables tables;

  private final List<String> warnings = new ArrayList<>();

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
    tables = new TinyTables(spark, folder);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** A job on rows whose one feature tells their class. */
  private static Job job(String name, int outputs, String loss, String... labels) {
    int k = labels.length;
    Path file =
        tables.csv(name + ".csv", "x,y", 24, i -> (i % k * 4 + i * 0.01) + "," + labels[i % k]);
    return tables.job(
        "train: {format: csv, path: '%s'}, label: y, standardize: true".formatted(file),
        outputs,
        loss,
        loss.equals("binaryCrossEntropy") ? 10 : 25);
  }

  private TrainedModel trained(String name, Job job) {
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void warning(String warning) {
            warnings.add(warning);
          }
        };
    return tables.trained(name, job, listener);
  }

  private void predicts(
      String name, int outputs, String loss, DataType type, List<?> classes, String... labels) {
    TrainedModel model = trained(name, job(name, outputs, loss, labels));
    Dataset<Row> rows = spark.read().option("header", "true").csv(folder + "/" + name + ".csv");
    Dataset<Row> scored = model.predict(rows);
    assertEquals(type, scored.schema().apply("prediction").dataType());
    assertEquals(classes.stream().map(Object::toString).toList(), model.preprocessing().classes());
    List<Row> found = scored.select("y", "prediction").collectAsList();
    for (Row row : found) {
      Object wanted = classes.get(List.of(sorted(labels)).indexOf(row.getString(0)));
      assertEquals(wanted, row.get(1), row.toString());
    }
    assertEquals(1.0, model.evaluate(rows).scores().get("accuracy"));
  }

  /** The labels in the order of their classes. */
  private static String[] sorted(String... labels) {
    String[] sorted = labels.clone();
    java.util.Arrays.sort(
        sorted,
        labels[0].matches("[-0-9.]+")
            ? java.util.Comparator.comparingDouble(Double::parseDouble)
            : java.util.Comparator.naturalOrder());
    return sorted;
  }

  @Test
  void yesAndNo() {
    predicts(
        "yes", 2, "softmaxCrossEntropy", DataTypes.StringType, List.of("no", "yes"), "yes", "no");
    predicts(
        "yes1", 1, "binaryCrossEntropy", DataTypes.StringType, List.of("no", "yes"), "yes", "no");
  }

  @Test
  void trueAndFalse() {
    predicts(
        "true",
        2,
        "softmaxCrossEntropy",
        DataTypes.BooleanType,
        List.of(false, true),
        "true",
        "false");
  }

  @Test
  void numbersThatAreNoIds() {
    predicts(
        "ten", 3, "softmaxCrossEntropy", DataTypes.LongType, List.of(2L, 3L, 10L), "10", "2", "3");
    predicts("sign", 1, "binaryCrossEntropy", DataTypes.LongType, List.of(-1L, 1L), "1", "-1");
    predicts(
        "half", 2, "softmaxCrossEntropy", DataTypes.DoubleType, List.of(0.5, 1.5), "1.5", "0.5");
    assertEquals(List.of(), warnings);
  }

  @Test
  void aClassWithoutRowsIsAnIdAndSaid() {
    TrainedModel model = trained("zero", job("zero", 2, "softmaxCrossEntropy", "0"));
    assertEquals(List.of("0", "1"), model.preprocessing().classes());
    assertEquals(
        List.of("No row of the train split is of class \"1\": scores of it are n/a there."),
        warnings);
    assertEquals(
        DataTypes.LongType,
        model.predict(spark.sql("SELECT 1 AS x")).schema().apply("prediction").dataType());
  }

  @Test
  void blanksAndCaseAreSeen() {
    TrainedModel model =
        trained("cat", job("cat", 3, "softmaxCrossEntropy", "cat", "\"cat \"", "dog"));
    assertEquals(List.of("cat", "cat ", "dog"), model.preprocessing().classes());
    assertEquals(
        List.of("Classes that differ in case or blanks alone: \"cat\", \"cat \"."), warnings);
    refused(
        job("cats", 2, "softmaxCrossEntropy", "Cat", "cat", "dog"),
        "column y: expected 2 classes, as the network has outputs, found 3: \"Cat\" (8), \"cat\" (8),"
            + " \"dog\" (8); the rarest, ",
        "Classes that differ in case or blanks alone: \"Cat\", \"cat\".");
  }

  @Test
  void otherNumbersOfClassesAreRefusedWithTheirValues() {
    refused(
        job("four", 3, "softmaxCrossEntropy", "1", "2", "3", "4"),
        "column y: expected 3 classes, as the network has outputs: numbers in [0, 3), or 3 different"
            + " ones, found 4: \"1\" (6), \"2\" (6), \"3\" (6), \"4\" (6); the rarest, \"4\", first"
            + " in line 5. Change the network's outputs, or correct the label.");
    refused(
        job("binary", 1, "binaryCrossEntropy", "a", "b", "c"),
        "expected 2 classes",
        "For more classes take softmaxCrossEntropy with an output a class.");
    refused(
        job("padded", 3, "softmaxCrossEntropy", "01", "1"), "found 2: \"01\" (12), \"1\" (12);");
  }

  private static void refused(Job job, String... parts) {
    Trainer trainer = Trainer.of(spark, job).directory(folder.resolve("refused").toString());
    var e = assertThrows(InvarException.class, trainer::train);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), part + " is not in: " + e.getMessage());
    }
  }
}
