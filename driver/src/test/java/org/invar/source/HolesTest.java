package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Missing values, and text among numbers: all columns are named at once, with their rows. */
class HolesTest {
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

  /** A table of rows i,2i,i%2 with some lines replaced. */
  private Input csv(Map<Integer, String> replaced) throws IOException {
    List<String> lines = new ArrayList<>(List.of("a,b,y"));
    for (int i = 1; i <= 30; i++) {
      lines.add(replaced.getOrDefault(i, i + "," + 2 * i + "," + i % 2));
    }
    Path file = Files.write(folder.resolve("t.csv"), lines);
    return Input.open(spark, new DataSource.Table("csv", file.toString(), Map.of()));
  }

  private static String refused(Packing packing, Input input) {
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(packing, input));
    assertTrue(!e.getMessage().contains("\n"), e.getMessage());
    return e.getMessage();
  }

  private static final Packing CLASSES =
      PackingBuilder.of(Targets.CLASSES, Columns.labeled("y")).outputs(2).build();

  @Test
  void textAmongNumbersNamesEveryColumnAndRow() throws IOException {
    Input input = csv(Map.of(4, ",8,0", 7, "NA,14,1", 9, "9,inf,1", 12, "12,NaN,0"));
    String message = refused(CLASSES, input);
    String expected =
        "t.csv: expected numbers, found column a: 1 of 29 values that are no numbers (\"NA\" in ROW"
            + " 7) and 1 missing (ROW 4); column b: 2 of 30 values that are no numbers (\"inf\" in"
            + " ROW 9, \"NaN\" in ROW 12). Correct these rows or leave them out."
            + BadRows.REMEDY;
    assertTrue(plain(message).endsWith(expected), message);
  }

  /** Rows, or lines, which count the header. */
  private static String plain(String message) {
    var matcher = java.util.regex.Pattern.compile("(row|line) (\\d+)").matcher(message);
    return matcher.replaceAll(
        found ->
            "ROW " + (Integer.parseInt(found.group(2)) - (found.group(1).equals("line") ? 1 : 0)));
  }

  @Test
  void oneColumnIsThePlace() throws IOException {
    String message = refused(CLASSES, csv(Map.of(7, "NA,14,1")));
    assertTrue(
        message.contains("t.csv, column a: expected numbers, found 1 of 30 values"), message);
    message = refused(CLASSES, csv(Map.of(7, "0x1F,14,1", 8, "1_000,2,0", 9, "1 ,2,1")));
    assertTrue(message.contains("3 of 30 values that are no numbers"), message);
  }

  @Test
  void columnsOfTextAreForOneHot() throws IOException {
    List<String> lines = new ArrayList<>(List.of("a,b,y"));
    for (int i = 0; i < 9; i++) {
      lines.add("red,12 m," + i % 2);
    }
    Files.write(folder.resolve("text.csv"), lines);
    Input input =
        Input.open(
            spark, new DataSource.Table("csv", folder.resolve("text.csv").toString(), Map.of()));
    String message = refused(CLASSES, input);
    assertTrue(message.contains("column a: string values (\"red\" in "), message);
    assertTrue(message.contains("column b: string values (\"12 m\" in "), message);
    assertTrue(message.contains("Name columns of categories in oneHot"), message);
  }

  @Test
  void holesOfTypedColumnsAreAllNamedToo() {
    Input input =
        Input.of(
            spark.sql(
                "SELECT IF(id IN (3, 5), NULL, id) AS a, IF(id = 7, NULL, id) AS b,"
                    + " IF(id = 8, NULL, id % 2) AS y FROM range(0, 10, 1, 1)"));
    String message = refused(CLASSES, input);
    assertTrue(message.contains("row 4 of partition 0 (a=null, b=3, y=1), column a:"), message);
    assertTrue(
        message.endsWith(
            "In all: column a: 2 missing (row 4 of partition 0, row 6 of partition 0); column b: 1"
                + " missing (row 8 of partition 0); column y: 1 missing (row 9 of partition 0)."),
        message);
  }

  @Test
  void strictNumbers() {
    for (String number : List.of("0", "-1", "+2.", ".5", "1e3", "1.5E-7", "007")) {
      assertEquals(Double.parseDouble(number), Numerals.parse(number), number);
    }
    for (String none :
        List.of(
            "",
            " 1",
            "1 ",
            "1f",
            "0x1p3",
            "NaN",
            "inf",
            "-",
            ".",
            "e5",
            "1e",
            "1e12345",
            "1,5",
            "9".repeat(301),
            "1e999",
            "١")) {
      assertTrue(Double.isNaN(Numerals.parse(none)), none);
    }
  }

  @Test
  void theFirstArraysLengthIsNoMoreRightThanTheOthers() {
    Input input =
        Input.of(
            spark.sql(
                "SELECT IF(id = 0, array(), array(id, id)) AS x, id AS y FROM range(0, 9, 1, 1)"));
    var packing = PackingBuilder.of(Targets.VALUES, Columns.labeled("y")).outputs(1).build();
    String message = refused(packing, input);
    assertTrue(
        message.contains("row 1 of partition 0 (x=[], y=0), column x: expected 2 numbers, found 0"),
        message);
    Input empty = Input.of(spark.sql("SELECT cast(array() AS array<int>) AS x, 1 AS y"));
    message = refused(packing, empty);
    assertTrue(message.contains("column x: expected arrays of numbers, found empty ones"), message);
  }
}
