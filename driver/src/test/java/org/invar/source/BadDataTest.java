package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkException;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.invar.InvarException;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.CollectionConverters;

class BadDataTest {
  private static final AtomicInteger READ = new AtomicInteger();

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

  private static Input rows(String values) {
    return Input.of(spark.sql("SELECT * FROM VALUES " + values));
  }

  private static void refused(Targets targets, Input input, String... parts) {
    refused(LocalSpark.packing(targets, Columns.labeled("y")), input, null, parts);
  }

  private static void refused(Packing packing, Input input, Input dev, String... parts) {
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(packing, input, dev, null, 2));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), part + " is not in: " + e.getMessage());
    }
    assertTrue(!e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void namesFileRowAndColumnOfANullInACsvFile() throws IOException {
    Files.writeString(folder.resolve("a.csv"), "a,b,y\n1,2,0\n3,,1\n");
    var source = new DataSource.Table("csv", folder.toString(), Map.of());
    refused(
        Targets.CLASSES,
        Input.open(spark, source),
        folder.resolve("a.csv") + ", line 3 (a=3, b=null, y=1), column b: expected a finite number",
        "found null");
  }

  @Test
  void refusesNullsAndNumbersThatAreNotFinite() {
    String finite = "expected a finite number";
    refused(Targets.VALUES, rows("(1, 1), (NULL, 1) t(x, y)"), "column x", finite, "found null");
    refused(Targets.VALUES, rows("(double('NaN'), 1) t(x, y)"), "column x", finite, "NaN");
    refused(Targets.VALUES, rows("(1e300, 1) t(x, y)"), "column x", "as float32 has it", "1.0E300");
    refused(Targets.VALUES, rows("(1, double('inf')) t(x, y)"), "column y", finite, "Infinity");
    refused(Targets.VALUES, rows("(array(1, NULL), 1) t(x, y)"), "column x[1]", "found null");
  }

  @Test
  void refusesLabelsThatAreNoClass() {
    var three = PackingBuilder.of(Targets.CLASSES, Columns.labeled("y")).outputs(3).build();
    refused(three, rows("(1, 0), (1, -1) t(x, y)"), null, "column y", "in [0, 3)", "\"-1\" (1)");
    String holes = "(1, 0D), (2, 1D), (3, 2D), (4, double('NaN')) t(x, y)";
    refused(three, rows(holes), null, "column y", "found NaN");
    refused(three, rows("(1, 1.5) t(x, y)"), null, "column y", "numbers in", "\"1.5\" (1)");
    var binary = PackingBuilder.of(Targets.BINARY, Columns.labeled("y")).outputs(1).build();
    refused(binary, rows("(1, 2) t(x, y)"), null, "column y", "[0, 2)", "found 1: \"2\"");
    refused(Targets.CLASSES, rows("(1, 'a'), (2, NULL) t(x, y)"), "one of [a]", "found null");
    refused(three, rows("(1, 3) t(x, y)"), null, "[0, 3)", "found 1: \"3\"");
    refused(
        three,
        rows("(1, 'a'), (1, 'b') t(x, y)"),
        null,
        "3 classes",
        "found 2: \"a\" (1), \"b\" (1); the rarest, ");
  }

  @Test
  void refusesWhatTheTrainingSourceDidNotHave() {
    var classes = LocalSpark.packing(Targets.CLASSES, Columns.labeled("y"));
    Input train = rows("(1, 'a'), (1, 'b') t(x, y)");
    refused(classes, train, rows("(1, 'c') t(x, y)"), "one of [a, b]", "found c");
    refused(classes, train, rows("(1, 'a') t(xx, yes)"), "a column x,", "Did you mean xx?");
    var two = PackingBuilder.of(Targets.CLASSES, Columns.labeled("y")).outputs(2).build();
    refused(two, rows("(1, 1) t(x, y)"), rows("(1, 2) t(x, y)"), "[0, 2)", "found 2");
    var columns = new Columns(List.of(), List.of("y"), null, null, List.of("c"));
    refused(
        LocalSpark.packing(Targets.VALUES, columns),
        rows("('u', 1) t(c, y)"),
        rows("('v', 1) t(c, y)"),
        "column c: expected one of [u], found v");
  }

  @Test
  void refusesWeightsOfClassesThatAreNotThere() {
    // The bad row behind it shows that no row was read.
    for (int outputs : new int[] {2, 0}) {
      String bad = outputs == 2 ? "(NULL, 0), (2, 1) t(x, y)" : "(1, 0), (2, 1) t(x, y)";
      var packing =
          PackingBuilder.of(Targets.CLASSES, Columns.labeled("y"))
              .outputs(outputs)
              .factors(new ClassFactors.Given(Map.of("11", 2.0)))
              .build();
      refused(packing, rows(bad), null, "a class 11, for its weight", "[0, 1]", "mean 1?");
    }
    assertThrows(IllegalArgumentException.class, () -> balanced(Targets.VALUES));
  }

  private static Packing balanced(Targets targets) {
    var balanced = new ClassFactors.Balanced();
    return PackingBuilder.of(targets, Columns.labeled("y")).factors(balanced).build();
  }

  @Test
  void refusesLengthsWeightsAndDistributions() {
    refused(
        Targets.VALUES,
        rows("(array(1, 2), 1), (array(1), 1), (array(1, 2), 1) t(x, y)").rows().coalesce(1),
        "expected 2 numbers, found 1 numbers");
    var weighted = new Columns(List.of("x"), List.of("y"), "w", null, List.of());
    refused(
        LocalSpark.packing(Targets.VALUES, weighted),
        rows("(1, 1, -2) t(x, y, w)"),
        null,
        "a weight of at least 0, found -2");
    refused(Targets.DISTRIBUTION, rows("(1, array(0.5, 0.4)) t(x, y)"), "sum to 1", "[0.5, 0.4]");
    refused(Targets.DISTRIBUTION, rows("(1, array(1.5, -0.5)) t(x, y)"), "none negative");
  }

  private static void refused(
      Targets targets, org.apache.spark.sql.Dataset<org.apache.spark.sql.Row> rows, String part) {
    refused(targets, Input.of(rows), part);
  }

  @Test
  void refusesColumnsBeforeReadingRows() {
    refused(Targets.CLASSES, rows("(1, 1) t(a, y2)"), "a column y,", "[a, y2]", "mean");
    refused(Targets.CLASSES, rows("('a', 1) t(x, y)"), "column x", "string", "oneHot");
    refused(Targets.CLASSES, rows("(X'00', 1) t(x, y)"), "column x", "binary", "array");
    refused(Targets.CLASSES, rows("(DATE'2026-01-01', 1) t(x, y)"), "column x", "date", "number");
    refused(Targets.CLASSES, rows("(1) t(y)"), "at least one column of features");
    var shaped =
        PackingBuilder.of(Targets.CLASSES, Columns.labeled("y")).shape(Shape.of(2, 2)).build();
    refused(shaped, rows("(1, 1) t(x, y)"), null, "shape 2×2", "expected 4 features", "found 1");
  }

  @Test
  void refusesSourcesWithoutRowsAndEmptySplits() {
    Input none = Input.of(spark.sql("SELECT 1 AS x, 1 AS y WHERE 1 = 0"));
    refused(Targets.VALUES, none, "rows for the train split", "none among 0");
    var packing = PackingBuilder.of(Targets.VALUES, Columns.labeled("y")).dev(0.01).build();
    refused(packing, rows("(1, 1) t(x, y)"), null, "rows for the dev split", "none among 1");
    refused(packing, rows("(1, 1) t(x, y)"), rows("(1, 1) t(x, y)"), "found both");
  }

  @Test
  void refusesSourcesThatAreNotThere() throws IOException {
    var missing = new DataSource.Table("csv", folder.resolve("none").toString(), Map.of());
    var e = assertThrows(InvarException.class, () -> Input.open(spark, missing));
    assertTrue(e.getMessage().contains("none: expected a file or folder"), e.getMessage());
    var format = new DataSource.Table("parquett", folder.toString(), Map.of());
    e = assertThrows(InvarException.class, () -> Input.open(spark, format));
    assertTrue(e.getMessage().contains("parquett"), e.getMessage());
    Files.writeString(folder.resolve("x.parquet"), "this is no Parquet file");
    var corrupt = new DataSource.Table("parquet", folder.toString(), Map.of());
    e = assertThrows(InvarException.class, () -> Input.open(spark, corrupt));
    assertTrue(e.getMessage().contains("x.parquet"), e.getMessage());
  }

  @Test
  void refusesIdsThatHaveNoTextOfTheirOwn() {
    var columns = new Columns(List.of("x"), List.of("y"), null, "id", List.of());
    var packing = LocalSpark.packing(Targets.VALUES, columns);
    for (String id : List.of("X'00'", "TIMESTAMP'2026-01-01 00:00:00'", "map(1, 2)", "1.5D")) {
      Input input = rows("(" + id + ", 1, 1) t(id, x, y)");
      String type = input.rows().schema().apply("id").dataType().simpleString();
      var e = assertThrows(InvarException.class, () -> Packer.profile(input, packing));
      assertTrue(e.getMessage().contains("column id: expected an id"), e.getMessage());
      assertTrue(e.getMessage().contains("found " + type), e.getMessage());
      assertTrue(e.getMessage().contains("Cast it to a string."), e.getMessage());
      refused(packing, rows("('a', 1, 1) t(id, x, y)"), input, "expected an id", "found " + type);
    }
  }

  @Test
  void refusesNumbersForClassesThatAreNames() {
    var classes = LocalSpark.packing(Targets.CLASSES, Columns.labeled("y"));
    Input mixed = rows("(1, '1'), (1, '2'), (1, 'unknown') t(x, y)");
    String names = "text, one of the classes [1, 2, unknown], as in training";
    refused(classes, mixed, rows("(1, 1), (1, 2) t(x, y)"), names, "found int", "Cast it to");
    // Two names of one number: which is meant cannot be known.
    refused(classes, rows("(1, '1'), (1, '01') t(x, y)"), rows("(1, 1) t(x, y)"), "[01, 1]");
    Input train = rows("(1, '1'), (1, '2') t(x, y)");
    refused(classes, train, rows("(1, 0) t(x, y)"), "one of [1, 2]", "found 0");
    refused(classes, train, rows("(1, double('NaN')) t(x, y)"), "one of [1, 2]", "found NaN");
  }

  @Test
  void forgetsThePackedSplitsWhenALaterOneFails() {
    READ.set(0);
    StructType types = spark.sql("SELECT 1 AS x, 1 AS y").schema();
    var numbers = spark.range(0, 40, 1, 1).toJavaRDD().map(BadDataTest::failing);
    Input input = Input.of(spark.createDataFrame(numbers, types));
    var packing = PackingBuilder.of(Targets.VALUES, Columns.labeled("y")).dev(0.5).build();
    Preprocessing schema = Packer.schema(input, packing, Profile.none());
    var before = Set.copyOf(persisted());
    var e =
        assertThrows(
            InvarException.class,
            () -> Packer.pack(packing, schema, input, null, null, BadDataTest::forgetRows, 2));
    assertTrue(e.getMessage().contains("read too often"), e.getMessage());
    assertTrue(READ.get() > 80, "the training split was not packed: " + READ);
    assertEquals(before, persisted());
  }

  /** Lets the check and the training split read all rows, but not the dev split. */
  private static Row failing(long id) {
    if (READ.incrementAndGet() > 80) {
      throw new IllegalStateException("read too often");
    }
    return RowFactory.create((int) id, 1);
  }

  /** Makes every split read the rows again; any number of shards will do. */
  private static int forgetRows(long rows) {
    spark.sparkContext().getPersistentRDDs().values().foreach(rdd -> rdd.unpersist(true));
    return 4;
  }

  @Test
  void encodedRowsAreOnDiskWhileTheyArePacked() {
    Input input = rows("(1, 2), (2, 3), (3, 4) t(x, y)");
    var packing = LocalSpark.packing(Targets.VALUES, Columns.labeled("y"));
    Preprocessing schema = Packer.schema(input, packing, Profile.none());
    var before = persisted();
    List<StorageLevel> levels = new ArrayList<>();
    ShardCount shards =
        rows -> {
          Map<Object, RDD<?>> all =
              CollectionConverters.asJava(spark.sparkContext().getPersistentRDDs());
          all.forEach(
              (id, rdd) -> {
                if (!before.contains(id)) {
                  levels.add(rdd.getStorageLevel());
                }
              });
          return 1;
        };
    Packer.pack(packing, schema, input, null, null, shards, 1).unpersist();
    assertEquals(List.of(StorageLevel.DISK_ONLY()), levels);
  }

  private static Set<Object> persisted() {
    return CollectionConverters.asJava(spark.sparkContext().getPersistentRDDs()).keySet();
  }

  @Test
  void letsOurOwnMistakesThroughAndKeepsTheInterrupt() {
    var ours = new IllegalStateException("a mistake");
    Callable<Integer> mistaken =
        () -> {
          throw ours;
        };
    var e = assertThrows(IllegalStateException.class, () -> SparkFailures.explained("x", mistaken));
    assertSame(ours, e);
    Callable<Integer> failedTask =
        () -> {
          throw new IllegalStateException("around", new SparkException("a task failed"));
        };
    var task = assertThrows(InvarException.class, () -> SparkFailures.explained("x", failedTask));
    assertTrue(task.getMessage().contains("a task failed"), task.getMessage());
    Callable<Integer> interrupted =
        () -> {
          throw new InterruptedException("stop");
        };
    assertThrows(InvarException.class, () -> SparkFailures.explained("x", interrupted));
    assertTrue(Thread.interrupted());
  }
}
