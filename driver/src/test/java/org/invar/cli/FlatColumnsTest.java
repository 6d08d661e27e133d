package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.source.Feature;
import org.invar.source.LocalSpark;
import org.invar.source.Preprocessing;
import org.invar.source.Targets;
import org.invar.source.ValueType;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;

class FlatColumnsTest {
  private static Preprocessing model(Targets targets, Feature... labels) {
    return new Preprocessing(
        DType.FLOAT32,
        Shape.of(1),
        List.of(new Feature("x", Feature.Kind.NUMBER, List.of(), List.of(), ValueType.NUMBER)),
        targets,
        List.of(labels),
        null,
        null,
        1,
        List.of(),
        List.of(),
        Map.of());
  }

  private static void assertFlat(
      Dataset<Row> rows, Preprocessing model, String header, String row) {
    Dataset<Row> flat = FlatColumns.of(rows, model);
    assertEquals(header, String.join("|", flat.columns()));
    assertEquals(row, flat.first().mkString("|"));
  }

  @Test
  void arraysBecomeColumnsAndNestedValuesText() throws IOException {
    try (SparkSession spark = LocalSpark.start(2)) {
      var classes =
          new Feature("y", Feature.Kind.CLASS, List.of(), List.of("a b", "c.d"), ValueType.TEXT);
      assertFlat(
          spark.sql(
              "SELECT array(1, 2) AS `x.y`, map('k', 1) AS m, X'0102' AS b, 'c.d' AS prediction,"
                  + " array(0.25D, 0.75D) AS probability"),
          model(Targets.CLASSES, classes),
          "x.y|m|b|prediction|probability_a b|probability_c.d",
          "[1,2]|{\"k\":1}|AQI=|c.d|0.25|0.75");
      var steps =
          new Feature("y", Feature.Kind.CLASS, List.of(2), List.of("a", "b"), ValueType.TEXT);
      assertFlat(
          spark.sql(
              "SELECT 1 AS x, array('b') AS prediction, array(array(0.25D, 0.75D)) AS probability"),
          model(Targets.CLASSES, steps),
          "x|prediction|probability",
          "1|[\"b\"]|[[0.25,0.75]]");
      var sequence =
          new Feature("y", Feature.Kind.SEQUENCE, List.of(2, 1), List.of(), ValueType.NUMBER);
      assertFlat(
          spark.sql("SELECT 1 AS x, array(0.5D) AS prediction"),
          model(Targets.VALUES, sequence),
          "x|prediction",
          "1|[0.5]");
      var price = new Feature("price", Feature.Kind.NUMBER, List.of(), List.of(), ValueType.NUMBER);
      var sizes =
          new Feature("size", Feature.Kind.NUMBERS, List.of(2), List.of(), ValueType.NUMBER);
      assertFlat(
          spark.sql("SELECT array(9) AS probability, array(1D, 2D, 3D) AS prediction"),
          model(Targets.VALUES, price, sizes),
          "probability|prediction_price|prediction_size_0|prediction_size_1",
          "[9]|1.0|2.0|3.0");
      assertFlat(
          spark.sql("SELECT 1 AS x, 5D AS prediction"),
          model(Targets.VALUES, price),
          "x|prediction",
          "1|5.0");
      assertFlat(
          spark.sql("SELECT 1 AS x, 'c.d' AS prediction, 0.5D AS probability"),
          model(Targets.BINARY, classes),
          "x|prediction|probability",
          "1|c.d|0.5");
    }
  }
}
