package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.random.CounterRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SameShardsTest {
  private static final String HEADER = "age,color,height,label,w";
  private static final Columns COLUMNS =
      new Columns(List.of(), List.of("label"), "w", null, List.of("color"));

  @TempDir private Path folder;

  private record Outcome(
      List<PackedDataset.Shard> train,
      List<PackedDataset.Shard> dev,
      List<PackedDataset.Shard> test,
      Preprocessing preprocessing) {}

  @Test
  void filesOrderFormatPartitionsAndCoresDoNotMatter() throws IOException {
    List<String> rows = rows();
    write("one/a.csv", rows);
    Outcome expected = run(1, "csv", "one", 1, 1);
    assertEquals(8, expected.train().size());
    assertEquals(600, count(expected.train()) + count(expected.dev()) + count(expected.test()));
    assertEquals(120.0, count(expected.dev()), 40);
    assertEquals(60.0, count(expected.test()), 30);

    List<String> shuffled = new ArrayList<>();
    int[] order = new int[rows.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    CounterRandom.of(3).shuffle(order);
    for (int i : order) {
      shuffled.add(rows.get(i));
    }
    write("shuffled/a.csv", shuffled);
    for (int part = 0; part < 5; part++) {
      write("five/" + (9 - part) + ".csv", shuffled.subList(part * 120, part * 120 + 120));
    }
    assertEquals(expected, run(1, "csv", "shuffled", 3, 1));
    assertEquals(expected, run(2, "csv", "five", 2, 1));
    assertEquals(expected, run(4, "csv", "five", 8, 1));
    try (SparkSession spark = LocalSpark.start(2)) {
      table(spark, "csv", "five")
          .rows()
          .repartition(3)
          .write()
          .parquet(folder.resolve("parquet").toString());
    }
    assertEquals(expected, run(2, "parquet", "parquet", 5, 1));
    assertNotEquals(expected.train(), run(2, "csv", "one", 1, 2).train());
  }

  private Outcome run(int cores, String format, String name, int partitions, long seed)
      throws IOException {
    var packing =
        PackingBuilder.of(Targets.CLASSES, COLUMNS)
            .standardize()
            .factors(new ClassFactors.Balanced())
            .dev(0.2)
            .test(0.1)
            .seed(seed)
            .build();
    try (SparkSession spark = LocalSpark.start(cores)) {
      var packed = LocalSpark.pack(packing, table(spark, format, name), null, null, partitions);
      assertEquals(partitions, packed.train().blocks().getNumPartitions());
      return new Outcome(
          packed.train().shards(),
          packed.dev().shards(),
          packed.test().shards(),
          packed.preprocessing());
    }
  }

  private Input table(SparkSession spark, String format, String name) {
    return Input.open(
        spark, new DataSource.Table(format, folder.resolve(name).toString(), Map.of()));
  }

  private static double count(List<PackedDataset.Shard> shards) {
    return shards.stream().mapToDouble(PackedDataset.Shard::rows).sum();
  }

  private static List<String> rows() {
    var random = CounterRandom.of(5);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String color = List.of("red", "green", "blue").get(random.nextInt(3));
      String label = List.of("no", "yes", "maybe").get(random.nextInt(3));
      // Ages repeat, so some rows are equal.
      rows.add(
          String.join(
              ",",
              String.valueOf(random.nextInt(30)),
              color,
              i % 7 == 0 ? "0.0" : String.valueOf(random.nextGaussian() * 10),
              label,
              i % 5 == 0 ? "0.5" : "1.0"));
    }
    return rows;
  }

  private void write(String name, List<String> rows) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    List<String> lines = new ArrayList<>(rows);
    lines.add(0, HEADER);
    Files.write(file, lines);
  }
}
