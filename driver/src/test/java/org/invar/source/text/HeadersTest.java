package org.invar.source.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadersTest {
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

  private void file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private TextTable open(String... options) {
    return at(folder.toString(), options);
  }

  private static TextTable at(String path, String... options) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      all.put(options[i], options[i + 1]);
    }
    return CsvFiles.open(spark, path, all);
  }

  /** The rows with their lines, or what is wrong with them. */
  private static List<String> rows(TextTable table) {
    int width = table.columns().size();
    return table.rows().collectAsList().stream().map(row -> shown(row, width)).toList();
  }

  private static String shown(Row row, int width) {
    Fault fault = RowOrigin.fault(row.getStruct(width + 2));
    Object[] values = new Object[width];
    Arrays.setAll(values, row::get);
    String content =
        fault == null
            ? Arrays.toString(values)
            : "expected " + fault.expected() + ", found " + fault.found();
    return Path.of(URI.create(row.getString(width))).getFileName()
        + ":"
        + row.getLong(width + 1)
        + " "
        + content;
  }

  private void refused(String part, String... options) {
    var e = assertThrows(InvarException.class, () -> open(options));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void columnsOfAllFilesAreMatchedByName() throws IOException {
    file("1.csv", "a,b,y\n1,2,0\n");
    file("2.csv", "\uFEFFy,a,b\r\n1,3,4\r\n");
    file("3.csv", "y,b,a\n");
    TextTable table = open();
    assertEquals(List.of("a", "b", "y"), List.of(table.columns().fieldNames()));
    assertEquals(List.of("1.csv:2 [1, 2, 0]", "2.csv:2 [3, 4, 1]"), rows(table));
    assertEquals(List.of(), table.notes());
  }

  @Test
  void aFileWithOtherColumnsIsRefused() throws IOException {
    file("1.csv", "a,b,y\n1,2,0\n");
    file("2.csv", "a,c,y\n1,2,0\n");
    refused("2.csv: expected the columns [a, b, y], as ");
    refused("1.csv has, found [a, c, y]. Give all files");
    file("2.csv", "a,b\n1,2\n");
    refused("found [a, b]");
  }

  @Test
  void absurdlyManyColumnsAreRefusedAtOnce() throws IOException {
    file("1.csv", ",".repeat(100_000) + "\n");
    refused("1.csv, line 1: expected at most 100000 columns, found 100001. Write wide rows");
  }

  @Test
  void aHeaderInsideIsABadRow() throws IOException {
    file("1.csv", "a,b\n1,2\na,b\n3,4\n");
    assertEquals(
        List.of(
            "1.csv:2 [1, 2]", "1.csv:3 expected values, found the header again", "1.csv:4 [3, 4]"),
        rows(open()));
  }

  @Test
  void columnsOfOneNameAreRefused() throws IOException {
    file("1.csv", "a,b,a\n1,2,3\n");
    refused(
        "1.csv, line 1: expected columns of different names, whatever their case, found \"a\" twice");
    assertEquals(List.of("1.csv:1 [a, b, a]", "1.csv:2 [1, 2, 3]"), rows(open("header", "false")));
  }

  @Test
  void raggedRowsAreBadOnesAndNeverCut() throws IOException {
    file("1.csv", "a,b,y\n1,5,2.0,1\n\n0.5,1.5,1\n1.5\n2,3,\n");
    String expected = " expected 3 fields, one for each column, found ";
    assertEquals(
        List.of(
            "1.csv:2" + expected + "4",
            "1.csv:4 [0.5, 1.5, 1]",
            "1.csv:5" + expected + "1",
            "1.csv:6 [2, 3, null]"),
        rows(open()));
  }

  @Test
  void foldersWithValuesAreColumns() throws IOException {
    file("cls=01/1.csv", "a,y\n1,0\n");
    file("cls=a%20b/1.csv", "a,y\n2,0\n");
    file("cls=__HIVE_DEFAULT_PARTITION__/1.csv", "a,y\n3,0\n");
    TextTable table = open();
    assertEquals(List.of("cls"), table.partitions());
    assertEquals(
        List.of("1.csv:2 [1, 0, 01]", "1.csv:2 [3, 0, null]", "1.csv:2 [2, 0, a b]"), rows(table));
    assertEquals(List.of(), open("recursiveFileLookup", "true").partitions());
    file("2.csv", "a,y\n1,0\n");
    refused("expected the partition columns");
  }

  @Test
  void filesThatAPersonPutThereAreReadOrNamed() throws IOException {
    file("_b.csv", "a\n1\n");
    file(".hidden.csv", "x\n1\n");
    file("_SUCCESS", "");
    file("_temporary/0/1.csv", "z\n1\n");
    file("deep/_c.CSV", "a\n2\n");
    file("empty.csv", "");
    file("notes.txt", "no table");
    Files.createDirectories(folder.resolve("packed"));
    try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("packed/d.csv.gz")))) {
      out.write("a\n3\n\n".getBytes(StandardCharsets.UTF_8));
    }
    TextTable table = open();
    assertEquals(
        List.of("_b.csv:2 [1]", "_c.CSV:2 [2]", "d.csv.gz:2 [3]", "d.csv.gz:3 [null]"),
        rows(table));
    assertEquals(
        List.of(
            folder
                + ": 1 file is left out (1 .txt), the first file:"
                + folder.resolve("notes.txt")
                + ". Where files end with .csv or .tsv or .psv, those are read."),
        table.notes());
    assertEquals(List.of("_b.csv:2 [1]"), rows(open("pathGlobFilter", "_b*")));
    String named = folder.resolve("notes.txt").toString();
    assertEquals(List.of("no table"), List.of(at(named).columns().fieldNames()));
  }

  @Test
  void rowsDoNotDependOnParts() throws IOException {
    file("1.csv", "b,y,note\n1,0,\"p\n2,1,q\"\n3,1,\"r\n4,0,s\n5,1,\"t\"\n6,0\n");
    file("2.csv", "note,b,y\r\nx,7,1\r\n");
    List<String> whole = rows(open());
    assertEquals(4, whole.size(), whole.toString());
    for (int partBytes : new int[] {5, 16}) {
      TextTable parts = CsvFiles.open(spark, folder.toString(), Map.of(), partBytes);
      assertEquals(whole, rows(parts), "parts of " + partBytes);
    }
  }

  @Test
  void optionsThatAreNotHonouredAreRefused() throws IOException {
    file("1.csv", "a;b\n-;2\n");
    assertEquals(List.of("1.csv:2 [null, 2]"), rows(open("SEP", ";", "nullValue", "-")));
    refused("option mode: expected one of header, sep", "mode", "DROPMALFORMED");
    refused("option sep: expected one character", "sep", "||");
    refused("option header: expected true or false, found \"yes\"", "header", "yes");
    refused("expected at least one file", "pathGlobFilter", "*.x");
  }

  @Test
  void aFileThatEndsTooSoonIsNamed() throws IOException {
    Path file = folder.resolve("1.csv.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < 50_000; i++) {
        out.write(("a" + i * 31 % 1009 + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] all = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(all, all.length / 2));
    var e = assertThrows(Exception.class, () -> rows(open()));
    while (e.getCause() instanceof Exception cause) {
      e = cause instanceof InvarException ? cause : (Exception) e.getCause();
      if (e instanceof InvarException) {
        break;
      }
    }
    assertTrue(e.getMessage().contains(file + ", line "), e.getMessage());
    assertTrue(e.getMessage().contains("read to its end"), e.getMessage());
  }
}
