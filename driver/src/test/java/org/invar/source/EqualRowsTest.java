package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Equal rows are in one split: what that does to the splits' sizes is told. */
class EqualRowsTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Packing packing(double dev, String id) {
    var columns = new Columns(List.of("x"), List.of("y"), null, id, List.of());
    return PackingBuilder.of(Targets.CLASSES, columns).outputs(2).dev(dev).build();
  }

  private static Input fourKinds() {
    return Input.of(spark.sql("SELECT id % 4 AS x, id % 2 AS y, id FROM range(400)"));
  }

  @Test
  void aSplitWithoutRowsSaysWhy() {
    var e =
        assertThrows(InvarException.class, () -> LocalSpark.pack(packing(0.01, null), fourKinds()));
    assertTrue(
        e.getMessage()
            .contains(
                "rows for the dev split, found none: of 400 rows only 4 differ, and equal ones are in"
                    + " one split. Name a column that tells rows apart (data.id)"),
        e.getMessage());
  }

  @Test
  void sizesFarFromThoseAskedForArePointedOut() {
    boolean told = false;
    for (double part : new double[] {0.3, 0.5, 0.7, 0.9}) {
      try {
        PackedSplits packed = LocalSpark.pack(packing(part, null), fourKinds());
        long dev = packed.dev().rows();
        boolean far = Math.abs(dev - 400 * part) > 60;
        var notes = packed.notes().stream().filter(note -> note.contains("split has")).toList();
        assertEquals(far ? 1 : 0, notes.size(), packed.notes().toString());
        if (far) {
          String expected =
              "the dev split has %d of 400 rows, not about %.0f: only 4 rows differ"
                  .formatted(dev, 400 * part);
          assertTrue(notes.get(0).contains(expected), notes.get(0));
          told = true;
        }
        packed.unpersist();
      } catch (InvarException e) {
        assertTrue(e.getMessage().contains("only 4 differ"), e.getMessage());
      }
    }
    assertTrue(told, "no split was far from its size");
  }

  @Test
  void anIdMendsIt() {
    PackedSplits packed = LocalSpark.pack(packing(0.3, "id"), fourKinds());
    assertEquals(120.0, (double) packed.dev().rows(), 40);
    assertEquals(List.of(), packed.notes());
    packed.unpersist();
  }
}
