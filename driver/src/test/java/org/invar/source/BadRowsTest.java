package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.source.picture.TestPictures;
import org.invar.tensor.Size;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadRowsTest {
  private static final String NUMBER = "expected a finite number";

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

  private static PackingBuilder packing() {
    return PackingBuilder.of(Targets.VALUES, Columns.labeled("y"));
  }

  private Input json(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), text);
    return Input.open(spark, new DataSource.Table("json", file.toString(), Map.of()));
  }

  private static final String HOLES =
      """
      {"a": 1, "b": 2, "y": 3}
      {"a": null, "b": null, "y": 3}
      {"a": 1, "b"
      {"a": 2, "b": null, "y": 4}
      {"a": 5, "b": 6, "y": 7}
      """;

  /** It is not one bad row: nobody knows how many lines it has swallowed. */
  @Test
  void anOpenQuoteEndsTheRunWhateverBadRowsSays() throws IOException {
    Path file = folder.resolve("open.csv"); // The quote is open behind a field that is no UTF-8.
    String text = "a,y\n1,2\n3\u00FF,\"4\n5,6\n7,8\n";
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    Input input = Input.open(spark, new DataSource.Table("csv", file.toString(), Map.of()));
    for (Packing packing : List.of(packing().build(), packing().skipBadRows().build())) {
      String message =
          assertThrows(InvarException.class, () -> LocalSpark.pack(packing, input)).getMessage();
      assertTrue(message.contains("open.csv, line 3: expected a closing quote"), message);
      assertTrue(message.contains("begins in line 3. Close the quote"), message);
    }
  }

  @Test
  void allBadColumnsOfARowAreNamedAtOnce() throws IOException {
    Input input = json("{\"a\": 1, \"b\": 2, \"y\": 3}\n{\"a\": null, \"b\": null, \"y\": null}\n");
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(packing().build(), input));
    assertTrue(
        e.getMessage()
            .contains(
                "a.json, line 2 (a=null, b=null, y=null), column a: "
                    + NUMBER
                    + ", found null; column b: "
                    + NUMBER
                    + ", found null; column y: "),
        e.getMessage());
    assertTrue(e.getMessage().contains("Or set data.badRows: skip"), e.getMessage());
  }

  @Test
  void skippedRowsAreCountedByReasonAndNamed() throws IOException {
    PackedSplits packed = LocalSpark.pack(packing().skipBadRows().build(), json(HOLES));
    assertEquals(2, packed.train().rows());
    SkippedRows skipped = packed.skipped().get(0);
    assertEquals(3, skipped.rows());
    assertEquals(
        Map.of("column a: " + NUMBER, 1L, "column b: " + NUMBER, 2L, "expected a JSON object", 1L),
        skipped.reasons());
    assertEquals(List.of(2L, 3L, 4L), skipped.first().stream().map(s -> s.line()).toList());
    assertTrue(skipped.first().get(0).file().endsWith("a.json"), skipped.toString());
    String sentence = packed.skipped().get(0).sentence();
    assertTrue(
        sentence.contains(
            "3 rows were skipped (skipped.jsonl names each): 2 rows: column b: "
                + NUMBER
                + "; 1 row: "),
        sentence);
  }

  @Test
  void halfAPictureIsSkippedAndNamed() throws IOException {
    for (String label : List.of("cat", "dog")) {
      Files.createDirectories(folder.resolve(label));
      for (int i = 0; i < 3; i++) {
        byte[] picture = TestPictures.png(4 + i, 4);
        Files.write(folder.resolve(label + "/" + i + ".png"), picture);
      }
    }
    Path half = folder.resolve("dog/1.png");
    Files.write(half, Arrays.copyOf(Files.readAllBytes(half), 60));
    var source = new DataSource.Images(folder.toString(), new Size(4, 4), 1);
    Packing packing = PackingBuilder.of(Targets.CLASSES, Columns.of()).skipBadRows().build();
    PackedSplits packed = LocalSpark.pack(packing, Input.open(spark, source));
    assertEquals(5, packed.train().rows());
    SkippedRows skipped = packed.skipped().get(0);
    assertEquals(1, skipped.rows());
    assertTrue(skipped.first().get(0).file().endsWith("dog/1.png"), skipped.toString());
    assertEquals(
        List.of(1L), skipped.reasons().values().stream().toList(), skipped.reasons().toString());
  }

  @Test
  void predictionRefusesARaggedRowWithItsLine() throws IOException {
    Input train =
        Input.open(
            spark,
            new DataSource.Table(
                "csv",
                Files.writeString(folder.resolve("t.csv"), "x,y\n1,2\n3,4\n").toString(),
                Map.of()));
    Preprocessing fitted = LocalSpark.pack(packing().skipBadRows().build(), train).preprocessing();
    Path file = Files.writeString(folder.resolve("n.csv"), "x,z\n1,2\n\n3,4,5\n");
    Input fresh = Input.open(spark, new DataSource.Table("csv", file.toString(), Map.of()));
    List<Row> rows = fresh.located().collectAsList();
    var partition = RowEncoder.unlabeled(fitted, fresh, fresh.located().schema()).partition();
    partition.next(rows.get(0), new float[1], 0);
    var e = assertThrows(InvarException.class, () -> partition.next(rows.get(1), new float[1], 0));
    assertTrue(e.getMessage().contains("n.csv, line 4: expected 2 fields"), e.getMessage());
    assertFalse(e.getMessage().contains("badRows"), "nothing that a prediction has");
  }

  @Test
  void usedRowsDoNotDependOnPartitions() {
    Dataset<Row> rows =
        spark.sql("SELECT IF(id % 3 = 0, NULL, id) AS x, id AS y FROM range(0, 60, 1, 1)");
    Packing packing = packing().skipBadRows().dev(0.3).build();
    PackedSplits one = LocalSpark.pack(packing, Input.of(rows));
    PackedSplits many = LocalSpark.pack(packing, Input.of(rows.repartition(7)));
    assertEquals(40, one.train().rows() + one.dev().rows());
    assertEquals(one.train().shards(), many.train().shards());
    assertEquals(one.dev().shards(), many.dev().shards());
    assertEquals(one.skipped().get(0).counts(), many.skipped().get(0).counts());
    assertEquals(20, one.skipped().get(0).rows());
  }

  @Test
  void aSplitOfSkippedRowsAloneIsRefused() {
    Input none = Input.of(spark.sql("SELECT * FROM VALUES (CAST(NULL AS INT), 1) t(x, y)"));
    Packing packing = packing().skipBadRows().build();
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(packing, none));
    assertTrue(e.getMessage().contains("beside 1 bad rows that were skipped"), e.getMessage());
    assertTrue(e.getMessage().contains("column x"), e.getMessage());
  }

  @Test
  void theRowsOfASplitAreTheSameWhenItIsPackedAgain() throws IOException {
    Packing packing = packing().skipBadRows().build();
    Input input = json(HOLES);
    PackedSplits packed = LocalSpark.pack(packing, input);
    int shards = packed.train().shards().size();
    PackedDataset again =
        Packer.packSplit(packing, packed.preprocessing(), input, Split.TRAIN, shards, 1);
    assertEquals(packed.train().shards(), again.shards());
  }

  @Test
  void manySkippedRowsAreCountedAndTheFirstNamed() {
    Dataset<Row> rows =
        spark.sql("SELECT IF(id < 1500, NULL, id) AS x, id AS y FROM range(0, 1502, 1, 4)");
    PackedSplits packed = LocalSpark.pack(packing().skipBadRows().build(), Input.of(rows));
    SkippedRows skipped = packed.skipped().get(0);
    assertEquals(1500, skipped.rows());
    assertEquals(SkippedRows.MOST_NAMED, skipped.first().size());
    assertEquals(2, packed.train().rows());
  }
}
