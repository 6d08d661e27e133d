package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.rows.PackedBlock;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Numbers that float32 cannot tell apart until they are standardized. */
class EpochSecondsTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Packing packing() {
    var columns = new Columns(List.of("t"), List.of("y"), null, null, List.of());
    return PackingBuilder.of(Targets.VALUES, columns).outputs(1).standardize().build();
  }

  @Test
  void secondsApartStayApart() {
    Dataset<Row> rows =
        spark.sql("SELECT 1700000000 + id AS t, id % 2 AS y FROM range(0, 64, 1, 3)");
    PackedSplits packed = LocalSpark.pack(packing(), Input.of(rows));
    var inputs = new TreeSet<Float>();
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      for (int r = 0; r < block.rows(); r++) {
        inputs.add(LocalSpark.feature(block, r, 0));
      }
    }
    double deviation = Math.sqrt((64 * 64 - 1) / 12.0);
    assertEquals(64, inputs.size());
    assertEquals(-31.5 / deviation, inputs.first(), 1e-7);
    assertEquals(31.5 / deviation, inputs.last(), 1e-7);
    assertEquals(List.of(1700000031.5), packed.preprocessing().means());
    packed.unpersist();
  }

  @Test
  void aPredictionHasTheInputsOfTraining() {
    Dataset<Row> rows = spark.sql("SELECT 1.7e9 + id / 3.0D AS t, id AS y FROM range(40)");
    PackedSplits packed = LocalSpark.pack(packing(), Input.of(rows));
    var trained = new TreeSet<Float>();
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      for (int r = 0; r < block.rows(); r++) {
        trained.add(LocalSpark.feature(block, r, 0));
      }
    }
    var encoder = RowEncoder.unlabeled(packed.preprocessing(), Input.of(rows), rows.schema());
    var partition = encoder.partition();
    var predicted = new TreeSet<Float>();
    for (Row row : rows.collectAsList()) {
      float[] input = new float[1];
      partition.next(row, input, 0);
      predicted.add(input[0]);
    }
    assertEquals(40, trained.size());
    assertEquals(trained, predicted);
    packed.unpersist();
  }

  @Test
  void momentsDoNotDependOnOrderAndPartitions() {
    Dataset<Row> rows =
        spark.sql("SELECT 1e9 + rand(7) AS t, rand(8) * 1e-3 AS u, id % 2 AS y FROM range(500)");
    var columns = new Columns(List.of("t", "u"), List.of("y"), null, null, List.of());
    var packing =
        PackingBuilder.of(Targets.VALUES, columns).outputs(1).standardize().dev(0.3).build();
    Dataset<Row> fixed = spark.createDataFrame(rows.collectAsList(), rows.schema());
    Preprocessing one = LocalSpark.pack(packing, Input.of(fixed.repartition(1))).preprocessing();
    Preprocessing other = LocalSpark.pack(packing, Input.of(fixed.repartition(5))).preprocessing();
    assertEquals(one.means(), other.means());
    assertEquals(one.variances(), other.variances());
  }

  @Test
  void equalValuesAreShiftedToExactly0() {
    Dataset<Row> rows = spark.sql("SELECT 0.1D AS t, id AS y FROM range(7)");
    PackedSplits packed = LocalSpark.pack(packing(), Input.of(rows));
    assertEquals(List.of(0.1), packed.preprocessing().means());
    assertEquals(List.of(0.0), packed.preprocessing().variances());
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      assertEquals(0, LocalSpark.feature(block, 0, 0));
    }
  }

  @Test
  void sequencesAreStandardizedOverTheirOwnStepsAlone() {
    Input rows =
        Input.of(
            spark.sql(
                "SELECT * FROM VALUES (array(1, 10, 3, 30), 0), (array(5, 20), 1),"
                    + " (array(1, 10, 5, 30, 3, 20), 2) t(x, y)"));
    var columns = new Columns(List.of("x"), List.of("y"), null, null, List.of(), true);
    for (int time : new int[] {3, 50}) {
      var packing =
          PackingBuilder.of(Targets.VALUES, columns)
              .outputs(1)
              .shape(Shape.of(time, 2))
              .standardize()
              .build();
      PackedSplits packed = LocalSpark.pack(packing, rows);
      assertEquals(List.of(3.0, 20.0), packed.preprocessing().means());
      assertEquals(List.of(16 / 6.0, 400 / 6.0), packed.preprocessing().variances());
      int seen = 0;
      for (PackedBlock block : LocalSpark.blocks(packed.train())) {
        for (int r = 0; r < block.rows(); r++) {
          if (block.targets()[r] == 1) {
            assertEquals((float) (2 / Math.sqrt(16 / 6.0)), LocalSpark.feature(block, r, 0));
            for (int j = 1; j < 2 * time; j++) {
              assertEquals(0, LocalSpark.feature(block, r, j));
            }
            seen++;
          }
        }
      }
      assertTrue(seen == 1, "seen=" + seen);
    }
  }
}
