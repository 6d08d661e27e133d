package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {
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

  private Input open(String text, Map<String, String> options) throws IOException {
    Files.writeString(folder.resolve("a.json"), text);
    return Input.open(spark, new DataSource.Table("json", folder.toString(), options));
  }

  private static PackedSplits pack(Input input) {
    return LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, Columns.labeled("y")), input);
  }

  @Test
  void aBrokenLineIsRefusedWithFileAndLine() throws IOException {
    Input input =
        open("{\"a\": 1, \"y\": 0}\n\n{\"a\": 2, \"y\"\n{\"a\": 3, \"y\": 1}\n", Map.of());
    assertEquals(List.of("a", "y"), List.of(input.rows().columns()));
    var e = assertThrows(InvarException.class, () -> pack(input));
    assertTrue(e.getMessage().contains("a.json, line 3: expected a JSON object"), e.getMessage());
    assertTrue(e.getMessage().contains("Correct the line"), e.getMessage());
  }

  @Test
  void aMissingFieldIsRefusedWithFileAndLine() throws IOException {
    Input input = open("{\"a\": 1, \"y\": 0}\r\n{\"y\": 1}\r\n", Map.of());
    var e = assertThrows(InvarException.class, () -> pack(input));
    assertTrue(e.getMessage().contains("a.json, line 2 (a=null, y=1), column a"), e.getMessage());
  }

  @Test
  void columnsOfAnyNameAndArraysAreRead() throws IOException {
    Input input = open("{\"a.b\": [1, 2.5], \"y\": 0}\n{\"y\": 1, \"a.b\": [3, 4]}\n", Map.of());
    assertEquals(2, pack(input).train().rows());
  }

  @Test
  void fieldsThatDifferInCaseAloneAreRefused() {
    var e =
        assertThrows(
            InvarException.class, () -> open("{\"a\": 1, \"y\": 0}\n{\"A\": 2}\n", Map.of()));
    assertTrue(e.getMessage().contains("columns of different names"), e.getMessage());
  }

  @Test
  void anArrayOverManyLinesTakesItsOption() throws IOException {
    String text = "[\n {\"a\": 1, \"y\": 0},\n {\"a\": 2, \"y\": 1}\n]\n";
    Input input = open(text, Map.of());
    var e = assertThrows(InvarException.class, () -> pack(input));
    assertTrue(e.getMessage().contains("multiLine"), e.getMessage());
    assertEquals(2, pack(open(text, Map.of("multiLine", "true"))).train().rows());
    e =
        assertThrows(
            InvarException.class,
            () -> pack(open(text.substring(0, 30), Map.of("multiLine", "true"))));
    assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());
    assertTrue(!e.getMessage().contains("_corrupt_record"), e.getMessage());
  }
}
