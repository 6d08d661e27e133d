package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Numbers that float32 would turn into 0 or infinity. */
class Float32RangeTest {
  private static SparkSession spark;

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

  private static PackingBuilder values(String weight) {
    var columns = new Columns(List.of("x"), List.of("y"), weight, null, List.of());
    return PackingBuilder.of(Targets.VALUES, columns).outputs(1);
  }

  private static void refused(Packing packing, String values, String... parts) {
    InvarException refused =
        assertThrows(InvarException.class, () -> LocalSpark.pack(packing, rows(values)));
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  @Test
  void featuresAndLabelsAndWeights() {
    Packing plain = values(null).build();
    String range = "expected a number that is 0, or of a size from 1.2e-38 to 3.4e38";
    refused(plain, "(1e39D, 1) t(x, y)", "column x: " + range, "found 1.0E39. Correct the row");
    refused(plain, "(-1e-60D, 1) t(x, y)", "row 1 of ", "column x: ", "found -1.0E-60");
    refused(plain, "(array(1D, 1e-40D), 1) t(x, y)", "column x[1]: ");
    refused(plain, "(1, 1e39D) t(x, y)", "column y: expected 0, or of a size", "found 1.0E39");
    refused(values(null).outputs(2).build(), "(1, array(0D, 1e-39D)) t(x, y)", "column y[1]: ");
    refused(
        values("w").build(), "(1, 1, 1e-50D) t(x, y, w)", "column w: expected a weight that is 0");
    refused(
        values(null).scale(1e-10).build(),
        "(1e30D, 1) t(x, y)",
        "divided by scale=1.0E-10 is 0, or");
    assertEquals(
        2, LocalSpark.pack(plain, rows("(1e38D, 0), (0D, 2e-38D) t(x, y)")).train().rows());
    assertEquals(
        1,
        LocalSpark.pack(values(null).scale(1e30).build(), rows("(1e50D, 0) t(x, y)"))
            .train()
            .rows());
  }

  @Test
  void aProbabilityThatVanishesIs0() {
    var columns = new Columns(List.of("x"), List.of("p"), null, null, List.of());
    Packing packing = PackingBuilder.of(Targets.DISTRIBUTION, columns).outputs(2).build();
    PackedSplits packed = LocalSpark.pack(packing, rows("(1, array(1D, 1e-60D)) t(x, p)"));
    assertEquals(0, LocalSpark.blocks(packed.train()).get(0).targets()[1]);
  }

  @Test
  void standardizedNumbersHaveTheRangeOfFloat64() {
    PackedSplits packed =
        LocalSpark.pack(
            values(null).standardize().build(), rows("(1e100D, 0), (-1e100D, 1) t(x, y)"));
    assertEquals(List.of(1e200), packed.preprocessing().variances());
    Packing standardized = values(null).standardize().build();
    String apart = "column x: expected numbers that can be standardized: all equal, or 1e-144";
    refused(standardized, "(1e200D, 0), (2e200D, 1) t(x, y)", apart, "found 1.0E200 to 2.0E200");
    refused(standardized, "(1e-200D, 0), (2e-200D, 1) t(x, y)", apart);
  }

  @Test
  void aNumberOfAnotherSplitThatDoesNotFitBesideTheTrainingRowsIsRefused() {
    Packing standardized = values(null).standardize().build();
    Input train = rows("(1, 0), (3, 1) t(x, y)");
    InvarException refused =
        assertThrows(
            InvarException.class,
            () -> LocalSpark.pack(standardized, train, rows("(1e40D, 1) t(x, y)"), null, 2));
    assertTrue(
        refused
            .getMessage()
            .contains(
                "column x: expected a number that float32 has when it is standardized: mean 2.0, standard deviation 1.0, found 1.0E40"),
        refused.getMessage());
    // Of one source, cut by hash: the row of the dev split is the one that does not fit.
    String values = "(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6), (1e40D, 7) t(x, y)";
    int refusals = 0;
    for (int seed = 3; seed <= 8; seed++) {
      Packing split = values(null).standardize().dev(0.5).seed(seed).build();
      try {
        PackedSplits packed = LocalSpark.pack(split, rows(values));
        assertTrue(packed.preprocessing().variances().get(0) > 1e70, "it is a training row");
      } catch (InvarException e) {
        assertTrue(
            e.getMessage().contains(", column x: expected a number that float32"), e.getMessage());
        refusals++;
      }
    }
    assertTrue(refusals > 0 && refusals < 6, "refusals=" + refusals);
  }

  @Test
  void aNumberOfAnotherSplitThatDoesNotFitIsSkippedWhereBadRowsAre() {
    String values = "(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6), (1e40D, 7) t(x, y)";
    int skips = 0;
    for (int seed = 3; seed <= 8; seed++) {
      Packing split = values(null).standardize().dev(0.5).seed(seed).skipBadRows().build();
      PackedSplits packed = LocalSpark.pack(split, rows(values));
      if (packed.preprocessing().variances().get(0) > 1e70) {
        assertEquals(List.of(), packed.skipped(), "it is a training row");
        continue;
      }
      skips++;
      assertEquals(7, packed.train().rows() + packed.dev().rows());
      SkippedRows skipped = packed.skipped().get(0);
      assertEquals(1, skipped.rows());
      assertTrue(
          skipped.first().get(0).message().contains("column x: expected a number that float32"),
          skipped.toString());
    }
    assertTrue(skips > 0, "no seed puts the row into dev");
  }

  @Test
  void predictionsRefuseWhatTrainingRefuses() {
    Preprocessing fitted =
        LocalSpark.pack(values(null).standardize().build(), rows("(1, 0), (3, 1) t(x, y)"))
            .preprocessing();
    Input input = rows("(1e40D, 1) t(x, y)");
    Row row = input.rows().collectAsList().get(0);
    var partition = RowEncoder.unlabeled(fitted, input, row.schema()).partition();
    InvarException refused =
        assertThrows(InvarException.class, () -> partition.next(row, new float[1], 0));
    assertTrue(refused.getMessage().contains("column x: expected a number"), refused.getMessage());
  }
}
