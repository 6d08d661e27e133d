package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.rows.PackedBlock;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Labels that are arrays with an entry for each step of their row. */
class SequenceLabelsTest {
  private static final int UNKNOWN = 0;

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

  /** Sequences of up to 3 steps of one number. */
  private static Packing packing(Targets targets, int outputs, int steps, String... classes) {
    return PackingBuilder.of(
            targets, new Columns(List.of("x"), List.of("y"), null, null, List.of(), true))
        .outputs(outputs)
        .steps(steps)
        .classes(List.of(classes))
        .shape(Shape.of(3, 1))
        .build();
  }

  /** The rows' targets and lengths, sorted. */
  private static List<String> targets(PackedSplits packed) {
    List<String> found = new ArrayList<>();
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      int width = block.targetWidth();
      for (int r = 0; r < block.rows(); r++) {
        float[] own = Arrays.copyOfRange(block.targets(), r * width, (r + 1) * width);
        found.add(Arrays.toString(own) + " " + block.lengths()[r]);
      }
    }
    found.sort(null);
    return found;
  }

  private static void assertTargets(Packing packing, String values, String... expected) {
    PackedSplits packed = LocalSpark.pack(packing, rows(values));
    assertEquals(List.of(expected), targets(packed));
    packed.unpersist();
  }

  @Test
  void namesOfAllEntriesAreTheClassesAndPaddingIsZero() {
    String values =
        "(array(1, 2), array('b', 'c')), (array(3, 4, 5), array('c', 'a', 'b')) t(x, y)";
    PackedSplits packed = LocalSpark.pack(packing(Targets.CLASSES, UNKNOWN, 0), rows(values));
    assertEquals(List.of("a", "b", "c"), packed.preprocessing().classes());
    assertEquals(
        new Feature("y", Feature.Kind.CLASS, List.of(3), List.of("a", "b", "c"), ValueType.TEXT),
        packed.preprocessing().labels().get(0));
    assertEquals(List.of("[1.0, 2.0, 0.0] 2", "[2.0, 0.0, 1.0] 3"), targets(packed));
    assertTargets(packing(Targets.CLASSES, 3, 3), values, "[1.0, 2.0, 0.0] 2", "[2.0, 0.0, 1.0] 3");
  }

  @Test
  void numbersAreIdsOrNamesAsForSingleLabels() {
    String values = "(array(1), array(2)), (array(3, 4), array(0, 1)) t(x, y)";
    PackedSplits packed = LocalSpark.pack(packing(Targets.CLASSES, UNKNOWN, 0), rows(values));
    assertEquals(List.of("0", "1", "2"), packed.preprocessing().classes());
    assertEquals(List.of(3), packed.preprocessing().labels().get(0).dimensions());
    assertEquals(List.of("[0.0, 1.0, 0.0] 2", "[2.0, 0.0, 0.0] 1"), targets(packed));
    assertTargets(
        packing(Targets.CLASSES, 3, 3, "2", "1", "0"),
        values,
        "[0.0, 0.0, 0.0] 1",
        "[2.0, 1.0, 0.0] 2");
    assertTargets(
        packing(Targets.CLASSES, 2, 3),
        "(array(1, 2), array(true, false)) t(x, y)",
        "[1.0, 0.0, 0.0] 2");
  }

  @Test
  void withoutLengthsEveryRowHasAllSteps() {
    var whole =
        PackingBuilder.of(Targets.CLASSES, Columns.labeled("y"))
            .outputs(2)
            .steps(2)
            .shape(Shape.of(2, 1))
            .build();
    PackedSplits packed = LocalSpark.pack(whole, rows("(array(1, 2), array(0, 1)) t(x, y)"));
    assertEquals(2, packed.train().layout().targets().get(0).width());
    refused(
        whole,
        "(array(1, 2), array(1)) t(x, y)",
        "column y: expected an array of 2 classes, one for each step of the row, found 1 entries");
  }

  @Test
  void quantitiesHaveTheirNumbersAtEveryStep() {
    Packing pairs = packing(Targets.VALUES, 6, 3);
    assertTargets(
        pairs, "(array(1, 2), array(9, 8, 7, 6)) t(x, y)", "[9.0, 8.0, 7.0, 6.0, 0.0, 0.0] 2");
    refused(
        pairs,
        "(array(1, 2), array(9, 8)) t(x, y)",
        "column y: expected 4 numbers, 2 for each step of the row, found 2 numbers");
    refused(
        pairs,
        "(array(1, 2), 9) t(x, y)",
        "one column of arrays of numbers, as the network has outputs at every step, found [int]");
  }

  @Test
  void entriesThatDoNotFitAreRefusedWithTheirPlace() {
    Packing three = packing(Targets.CLASSES, 3, 3);
    String where = "row 1 of partition 0 (x=[1, 2], y=";
    refused(
        three,
        "(array(1, 2), array(0)) t(x, y)",
        where,
        "column y: expected an array of 2 classes, one for each step of the row, found 1 entries."
            + " Correct the row or leave it out."
            + BadRows.REMEDY);
    refused(
        three, "(array(1, 2), array(0, 1, 2)) t(x, y)", where, "array of 2 classes", "3 entries");
    refused(three, "(array(1, 2), cast(null as array<int>)) t(x, y)", where, "found null");
    refused(three, "(array(1, 2), array(0, NULL)) t(x, y)", where, "column y[1]: expected", "null");
    String first = "first in row 1 of partition 0";
    refused(three, "(array(1, 2), array(0, 3)) t(x, y)", first, "column y", "[0, 3)", "\"3\" (1)");
    refused(three, "(array(1, 2), array(0, 1.5)) t(x, y)", first, "column y", "\"1.5\" (1)");
    Input ids = rows("(array(1, 2), array(0, 1)) t(x, y)");
    Input stray = rows("(array(1, 2), array(0, 3)) t(x, y)");
    var third =
        assertThrows(InvarException.class, () -> LocalSpark.pack(three, ids, stray, null, 2));
    assertTrue(third.getMessage().contains(where), third.getMessage());
    assertTrue(
        third.getMessage().contains("column y[1]: expected a class, a whole number in [0, 3)"));
    Packing text = packing(Targets.CLASSES, UNKNOWN, 0);
    refused(
        text,
        "(array(1, 2), array('a', NULL)) t(x, y)",
        where,
        "column y[1]: expected one of [a], found null");
    Input train = rows("(array(1), array('a')), (array(1), array('b')) t(x, y)");
    Input dev = rows("(array(1, 2), array('a', 'c')) t(x, y)");
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(text, train, dev, null, 2));
    assertTrue(e.getMessage().contains("column y[1]: expected one of [a, b], found c"));
  }

  @Test
  void labelsOfRowsAndOfStepsAreToldApartBeforeRowsAreRead() {
    String bad = "(array(1), NULL), ";
    refused(
        packing(Targets.CLASSES, 3, 3),
        bad + "(array(1), 2) t(x, y)",
        "column y: expected an array of classes, one a step, as the network has an output at every"
            + " step, found int. Name a column of arrays, or leave one output");
    refused(
        packing(Targets.CLASSES, 3, 0),
        bad + "(array(1), array(2)) t(x, y)",
        "column y: expected one class a row, as the network has one output a row, found"
            + " array<int>. Name a column of single classes, or take an output at every step");
    refused(
        packing(Targets.BINARY, UNKNOWN, 0),
        bad + "(array(1), array(1)) t(x, y)",
        "expected one yes or no a row, as binaryCrossEntropy takes it, found array<int>. Name"
            + " another column, or use softmaxCrossEntropy");
    refused(packing(Targets.BINARY, 1, 0), bad + "(array(1), array(1)) t(x, y)", "one class a row");
    refused(
        packing(Targets.CLASSES, 2, 3),
        "(array(1), array('a')), (array(1), array('b', 'c')) t(x, y)",
        "expected 2 classes, as the network has outputs, found 3: \"a\" (1), \"b\" (1), \"c\" (1)");
    refused(
        packing(Targets.CLASSES, 2, 3),
        "(array(1), array(array(1))) t(x, y)",
        "column y",
        "array<array<int>>");
  }

  @Test
  void classFactorsAreOfOneClassARow() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                PackingBuilder.of(Targets.CLASSES, Columns.labeled("y"))
                    .outputs(2)
                    .steps(3)
                    .factors(new ClassFactors.Given(Map.of("a", 2.0)))
                    .build());
    assertTrue(e.getMessage().contains("one class a row"), e.getMessage());
  }

  private static void refused(Packing packing, String values, String... parts) {
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(packing, rows(values)));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), part + " is not in: " + e.getMessage());
    }
  }
}
