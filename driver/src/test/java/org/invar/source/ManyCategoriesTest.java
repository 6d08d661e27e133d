package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Columns of more values than can be categories or classes are refused before they are read whole.
 */
class ManyCategoriesTest {
  private static final AtomicLong READ = new AtomicLong();
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Input ids(long rows) {
    READ.set(0);
    StructType schema = spark.sql("SELECT 'u1' AS u, 1.5D AS v, 1 AS y").schema();
    return Input.of(
        spark.createDataFrame(
            spark.range(0, rows, 1, 2).toJavaRDD().map(ManyCategoriesTest::row), schema));
  }

  private static Row row(long id) {
    READ.incrementAndGet();
    return RowFactory.create("u" + id, id + 0.5, (int) (id % 2));
  }

  private static String refused(Packing packing, Input input) {
    return assertThrows(InvarException.class, () -> LocalSpark.pack(packing, input)).getMessage();
  }

  @Test
  void oneHotOfTwoMillionIdsIsRefusedAtOnce() {
    var columns = new Columns(List.of("u"), List.of("y"), null, null, List.of("u"));
    var packing = PackingBuilder.of(Targets.CLASSES, columns).outputs(2).build();
    String message = refused(packing, ids(2_000_000));
    assertTrue(
        message.contains(
            "column u: expected at most 10,000 categories in oneHot, each of which is an input, found"
                + " more different values."),
        message);
    assertTrue(message.contains("embedding"), message);
    assertTrue(READ.get() < 100_000, "rows read: " + READ);
    PackedSplits few = LocalSpark.pack(packing, ids(300));
    assertEquals(300, few.preprocessing().features().get(0).categories().size());
    few.unpersist();
  }

  @Test
  void quantitiesAreNoClasses() {
    var columns = new Columns(List.of("y"), List.of("v"), null, null, List.of());
    var packing = PackingBuilder.of(Targets.CLASSES, columns).outputs(2).build();
    String message = refused(packing, ids(2_000_000));
    assertTrue(
        message.contains("column v: expected at most 100,000 classes, found more different values"),
        message);
    assertTrue(message.contains("meanSquaredError"), message);
    assertTrue(READ.get() < 1_000_000, "rows read: " + READ);
  }
}
