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

/** A column that Spark makes of folders' names is an input only where the job names it. */
class PartitionColumnTest {
  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() throws Exception {
    spark = LocalSpark.start(2);
    for (String name : List.of("01", "02")) {
      Path file = folder.resolve("csv/cls=" + name + "/part.csv");
      Files.createDirectories(file.getParent());
      Files.writeString(file, "a,b,y\n1,2,0\n3,4,1\n");
    }
    spark
        .sql("SELECT id AS a, 2 * id AS b, id % 2 AS y, concat('0', id % 2) AS cls FROM range(8)")
        .write()
        .partitionBy("cls")
        .parquet(folder.resolve("parquet").toString());
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static List<String> features(String format, Columns columns) {
    Input input =
        Input.open(
            spark, new DataSource.Table(format, folder.resolve(format).toString(), Map.of()));
    Packing packing = PackingBuilder.of(Targets.CLASSES, columns).outputs(2).build();
    PackedSplits packed = LocalSpark.pack(packing, input);
    packed.unpersist();
    return packed.preprocessing().features().stream()
        .map(feature -> feature.column() + feature.categories())
        .toList();
  }

  @Test
  void isNoInputByItself() {
    for (String format : List.of("csv", "parquet")) {
      assertEquals(List.of("a[]", "b[]"), features(format, Columns.labeled("y")), format);
    }
  }

  @Test
  void isTextAsItStandsWhereItIsNamed() {
    var named = new Columns(List.of("a", "cls"), List.of("y"), null, null, List.of("cls"));
    assertEquals(List.of("a[]", "cls[01, 02]"), features("csv", named));
    assertEquals(List.of("a[]", "cls[00, 01]"), features("parquet", named));
  }
}
