package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedPartsTest {
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

  private Path part(String format, String name, String query) throws IOException {
    Path target = folder.resolve(name);
    spark.sql(query).coalesce(1).write().format(format).save(target.toString());
    try (var files = Files.list(target)) {
      return files.filter(file -> file.toString().endsWith(format)).findFirst().orElseThrow();
    }
  }

  private Input open(String format, String... options) {
    Map<String, String> all = options.length == 0 ? Map.of() : Map.of(options[0], options[1]);
    // A pattern, so that the folders of parts are one table.
    return Input.open(spark, new DataSource.Table(format, folder + "/*", all));
  }

  private static PackedSplits pack(Input input) {
    return LocalSpark.pack(LocalSpark.packing(Targets.VALUES, Columns.labeled("y")), input);
  }

  private void refused(String... parts) {
    var e = assertThrows(InvarException.class, () -> open("parquet"));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  @Test
  void columnsOfParquetPartsAreMatchedByName() throws IOException {
    part("parquet", "1", "SELECT 1.5D AS a, 1 AS y");
    part("parquet", "2", "SELECT 0 AS y, CAST(NULL AS DOUBLE) + 2 AS a WHERE 1 = 0");
    part("parquet", "3", "SELECT 0 AS y, 2.5D AS a");
    assertEquals(2, pack(open("parquet")).train().rows());
  }

  @Test
  void aColumnThatAParquetPartDoesNotHaveIsRefused() throws IOException {
    part("parquet", "1", "SELECT 1.5D AS a, 2.5D AS b, 1 AS y");
    Path second = part("parquet", "2", "SELECT 1.5D AS a, 1 AS y");
    refused(
        second.getFileName().toString(),
        "expected the columns a DOUBLE, b DOUBLE, y INT32",
        "found a DOUBLE, y INT32. Write all files");
    var e = assertThrows(InvarException.class, () -> pack(open("parquet", "mergeSchema", "true")));
    assertTrue(e.getMessage().contains("column b: expected a finite number"), e.getMessage());
  }

  @Test
  void aColumnOfAnotherTypeInAParquetPartIsRefused() throws IOException {
    part("parquet", "1", "SELECT 1.5D AS a, 1 AS y");
    part("parquet", "2", "SELECT '1.5' AS a, 1 AS y");
    refused("expected the columns a DOUBLE, y INT32", "found a BINARY STRING, y INT32");
  }

  @Test
  void aDamagedPartIsNamed() throws IOException {
    for (String format : new String[] {"parquet", "orc"}) {
      part(format, format + "1", "SELECT id AS a, id AS y FROM range(10)");
      Path second =
          part(format, format + "2", "SELECT id * 7919 % 4001 AS a, id AS y FROM range(9000)");
      byte[] bytes = Files.readAllBytes(second);
      Arrays.fill(bytes, 100, bytes.length / 2, (byte) 0x55);
      Files.write(second, bytes);
      // Hadoop would find it by its sums.
      Files.delete(second.resolveSibling("." + second.getFileName() + ".crc"));
      var source = new DataSource.Table(format, folder + "/" + format + "*", Map.of());
      var e = assertThrows(InvarException.class, () -> pack(Input.open(spark, source)));
      assertTrue(e.getMessage().contains(second.getFileName().toString()), e.getMessage());
      Files.write(second, Arrays.copyOf(bytes, bytes.length / 2));
      e = assertThrows(InvarException.class, () -> pack(Input.open(spark, source)));
      assertTrue(e.getMessage().contains(second.getFileName().toString()), e.getMessage());
    }
  }
}
