package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescribedColumnTest {
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

  private static List<String> described(Input input, Columns columns, int outputs) {
    Packing packing = PackingBuilder.of(Targets.CLASSES, columns).outputs(outputs).build();
    Preprocessing schema = Packer.schema(input, packing, Packer.profile(input, packing));
    return DescribedColumn.of(input, schema).stream()
        .map(
            one ->
                String.join(
                    "|",
                    one.name(),
                    one.type(),
                    one.role(),
                    one.values() + "+" + one.missing(),
                    one.statistics()))
        .toList();
  }

  @Test
  void everyColumnOfACsvFileHasTypeRoleAndStatistics() throws Exception {
    Path file = folder.resolve("csv/cls=01/part.csv");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "zip,a,note,w,y\n01,1.5,x,1,yes\n02,2.5,,1,no\n01,-1,z,2,yes\n");
    Input input =
        Input.open(spark, new DataSource.Table("csv", folder.resolve("csv").toString(), Map.of()));
    var columns = new Columns(List.of("zip", "a"), List.of("y"), "w", null, List.of("zip"));
    assertEquals(
        List.of(
            "zip|text|2 inputs, one a category|3+0|2 different: 01 (2), 02 (1)",
            "a|number|input|3+0|-1 to 2.5, mean 1.00000",
            "note|text|none|2+1|2 different: x (1), z (1)",
            "w|whole|weight|3+0|1 to 2, mean 1.33333",
            "y|text|label of 2 classes|3+0|2 different: no (1), yes (2)",
            "cls|text|none: from folders' names, an input only if features names it|3+0|1 different:"
                + " 01 (3)"),
        described(input, columns, 2));
  }

  @Test
  void arraysDatesAndPixelsToo() {
    Input input =
        Input.of(
            spark.sql(
                "SELECT array(1, 2) AS xs, DATE'2026-01-01' AS d, true AS t, id, id % 2 AS y"
                    + " FROM range(4)"));
    var columns = new Columns(List.of("xs", "t"), List.of("y"), null, "id", List.of());
    assertEquals(
        List.of(
            "xs|array<int>|2 inputs|4+0|lengths 2 to 2, mean 2.00000",
            "d|date|none|4+0|",
            "t|boolean|input|4+0|1 different: true (4)",
            "id|bigint|id|4+0|0 to 3, mean 1.50000",
            "y|bigint|label of 2 classes|4+0|2 different: 0 (2), 1 (2)"),
        described(input, columns, 2));
    Input digits = Input.open(spark, new DataSource.Digits());
    List<String> found = described(digits, Columns.of(), 10);
    assertEquals("features|pixels|64 inputs|0+0|", found.get(2));
    assertEquals(
        "label|int|label of 10 classes|1797+0|10 different: 0 (178), 1 (182), 2 (177), 3 (183), 4"
            + " (181), …",
        found.get(1));
  }
}
