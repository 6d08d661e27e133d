package org.invar.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Date;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.source.LocalSpark;
import org.invar.train.TinyTables;
import org.invar.train.TrainingListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of the input that stay beside those that prediction adds, whatever their names. */
class OutputNamesTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static TrainedModel model;

  @BeforeAll
  static void train() {
    spark = LocalSpark.start(2);
    var tables = new TinyTables(spark, folder);
    Path file = tables.csv("t.csv", "a,y", 20, i -> i + "," + i % 2);
    String data = "train: {format: csv, path: '%s'}, label: y".formatted(file);
    model =
        tables.trained(
            "run", tables.job(data, 2, "softmaxCrossEntropy", 1), new TrainingListener() {});
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aNameThatPredictionAddsIsRefusedInAnyCase() {
    Dataset<Row> rows = spark.sql("SELECT 1 AS a, 3 AS Prediction");
    var e = assertThrows(InvarException.class, () -> model.predict(rows));
    assertTrue(
        e.getMessage()
            .contains("no column \"prediction\", which prediction adds, found \"Prediction\"."),
        e.getMessage());
    assertTrue(e.getMessage().contains("--prefix"), e.getMessage());
    Dataset<Row> scored = model.predict(rows, "new_");
    assertArrayEquals(
        new String[] {"a", "Prediction", "new_prediction", "new_probability"}, scored.columns());
    assertEquals(3, scored.first().getInt(1));
  }

  @Test
  void datesStayWithoutBecomingObjects() {
    Dataset<Row> rows =
        spark.sql(
            "SELECT 1 AS a, DATE'2026-02-28' AS d, array(DATE'1970-01-01') AS ds,"
                + " named_struct('at', DATE'0001-01-01') AS s, map('k', DATE'9999-12-31') AS m");
    StructType plain = PlainDates.without(rows.schema());
    assertTrue(!plain.catalogString().contains("date"), plain.catalogString());
    assertEquals(
        rows.schema().catalogString(),
        PlainDates.cast(PlainDates.cast(rows, plain), rows.schema()).schema().catalogString());
    Dataset<Row> scored = model.predict(rows);
    Row row = scored.selectExpr("d", "string(ds[0])", "string(s.at)", "string(m['k'])").first();
    assertEquals(Date.valueOf("2026-02-28"), row.getDate(0));
    assertEquals("1970-01-01", row.getString(1));
    assertEquals("0001-01-01", row.getString(2));
    assertEquals("9999-12-31", row.getString(3));
  }
}
