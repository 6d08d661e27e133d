package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.rows.PackedBlock;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {
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

  @Test
  void standardizesByTheTrainingSplitOnly() {
    Dataset<Row> rows =
        spark.sql("SELECT 1e6 + id * id AS a, 3 AS b, id AS id, id % 2 AS y FROM range(200)");
    var columns = new Columns(List.of("a", "b"), List.of("y"), null, "id", List.of());
    var packing =
        PackingBuilder.of(Targets.VALUES, columns)
            .outputs(1)
            .standardize()
            .dev(0.25)
            .seed(7)
            .build();
    PackedSplits packed = LocalSpark.pack(packing, Input.of(rows));
    Preprocessing fitted = packed.preprocessing();
    List<Double> values = new ArrayList<>();
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      for (int r = 0; r < block.rows(); r++) {
        float input = LocalSpark.feature(block, r, 0);
        double deviation = Math.sqrt(fitted.variances().get(0));
        // id * id is a whole number: what input and moments give back is it but for rounding.
        double value = Math.rint(input * deviation + fitted.means().get(0));
        assertEquals((float) ((value - fitted.means().get(0)) / deviation), input);
        values.add(value);
        assertEquals(0, LocalSpark.feature(block, r, 1), "an equal value is only shifted");
      }
    }
    assertTrue(values.size() > 100 && values.size() < 200, "rows=" + values.size());
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double variance =
        values.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElseThrow();
    assertEquals(mean, fitted.means().get(0), mean * 1e-14);
    assertEquals(variance, fitted.variances().get(0), variance * 1e-12);
    assertEquals(List.of(3.0, 0.0), List.of(fitted.means().get(1), fitted.variances().get(1)));
    assertEquals(200, packed.train().rows() + packed.dev().rows());
    packed.unpersist();
  }

  @Test
  void textColumnsBecomeCategoriesAndSortedClasses() {
    Input input =
        rows("('b', true, 2.5, 'yes'), ('a', false, 1, 'no'), ('c', true, 0, 'no') t(c, f, x, y)");
    var columns = new Columns(List.of(), List.of("y"), null, null, List.of("c"));
    var packed = LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, columns), input);
    Preprocessing preprocessing = packed.preprocessing();
    assertEquals(List.of("no", "yes"), preprocessing.classes());
    assertEquals(2, preprocessing.outputs());
    assertEquals(Shape.of(5), preprocessing.shape());
    assertEquals(List.of("a", "b", "c"), preprocessing.features().get(0).categories());
    Row first = input.rows().collectAsList().get(0);
    float[] out = new float[6];
    RowEncoder.unlabeled(preprocessing, input, first.schema()).partition().next(first, out, 1);
    assertArrayEquals(new float[] {0, 0, 1, 0, 1, 2.5f}, out);
    assertNull(packed.dev());
  }

  private static Packing sequences(Shape shape) {
    return PackingBuilder.of(
            Targets.VALUES, new Columns(List.of("x"), List.of("y"), null, null, List.of(), true))
        .outputs(1)
        .shape(shape)
        .scale(2)
        .build();
  }

  @Test
  void shorterSequencesArePaddedAndKeepTheirLength() {
    Input input =
        rows("(array(8, 6), 1), (array(8, 6, 0, 0), 2), (array(8, 6, 4, 2, 2, 4), 3) t(x, y)");
    PackedSplits packed = LocalSpark.pack(sequences(Shape.of(3, 2)), input);
    Preprocessing preprocessing = packed.preprocessing();
    assertEquals(Shape.of(3, 2), preprocessing.shape());
    assertEquals(true, preprocessing.lengths());
    List<String> found = new ArrayList<>();
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      for (int r = 0; r < block.rows(); r++) {
        float[] raw = new float[6];
        for (int j = 0; j < raw.length; j++) {
          raw[j] = LocalSpark.feature(block, r, j);
        }
        found.add(block.targets()[r] + " " + block.lengths()[r] + " " + Arrays.toString(raw));
      }
    }
    found.sort(null);
    assertEquals(
        List.of(
            "1.0 1 [4.0, 3.0, 0.0, 0.0, 0.0, 0.0]",
            "2.0 2 [4.0, 3.0, 0.0, 0.0, 0.0, 0.0]",
            "3.0 3 [4.0, 3.0, 2.0, 1.0, 1.0, 2.0]"),
        found);
    Row second = input.rows().collectAsList().get(1);
    float[] out = new float[7];
    var encoder = RowEncoder.unlabeled(preprocessing, input, second.schema());
    assertEquals(2, encoder.partition().next(second, out, 1));
    assertArrayEquals(new float[] {0, 4, 3, 0, 0, 0, 0}, out);
  }

  @Test
  void aBadRowOfAPartitionIsNumberedAndShown() {
    Input input = rows("(array(8, 6), 1) t(x, y)");
    Preprocessing preprocessing = LocalSpark.pack(sequences(Shape.of(3, 2)), input).preprocessing();
    List<Row> rows = rows("(array(8, 6), 1), (array(8, 6, 1), 2) t(x, y)").rows().collectAsList();
    var partition = RowEncoder.unlabeled(preprocessing, input, rows.get(0).schema()).partition();
    partition.next(rows.get(0), new float[6], 0);
    InvarException refused =
        assertThrows(InvarException.class, () -> partition.next(rows.get(1), new float[6], 0));
    assertTrue(
        refused.getMessage().contains("row 2 of partition 0 (x=[8, 6, 1], y=2), column x: "),
        refused.getMessage());
  }

  @Test
  void sequencesThatDoNotFitTheirShapeAreRefused() {
    String expected = "column x: expected 1 to 3 steps of 2 numbers, found ";
    Packing packing = sequences(Shape.of(3, 2));
    refused(packing, "(array(1, 2, 3), 1) t(x, y)", expected + "3 numbers");
    refused(packing, "(array(1, 2, 3, 4, 5, 6, 7, 8), 1) t(x, y)", expected + "8 numbers");
    refused(packing, "(cast(array() as array<int>), 1) t(x, y)", expected + "0 numbers");
    refused(packing, "(cast(null as array<int>), 1) t(x, y)", expected + "null");
    refused(packing, "(1, 1) t(x, y)", "one column of features, an array of numbers");
    refused(sequences(Shape.of(6)), "(array(1), 1) t(x, y)", "features [x], shape 6");
  }

  private static void refused(Packing packing, String values, String message) {
    var e =
        org.junit.jupiter.api.Assertions.assertThrows(
            org.invar.InvarException.class, () -> LocalSpark.pack(packing, rows(values)));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void arraysVectorsAndSeveralValuesHaveTheirWidths() {
    Input input = rows("(array(1, 2), 5, 7.5D, 1), (array(3, 4), 6, 8.5D, 2) t(xs, x, y, w)");
    var columns = new Columns(List.of("xs", "x"), List.of("y", "x"), "w", null, List.of());
    var e =
        org.junit.jupiter.api.Assertions.assertThrows(
            org.invar.InvarException.class,
            () -> LocalSpark.pack(LocalSpark.packing(Targets.VALUES, columns), input));
    assertTrue(e.getMessage().contains("Take it out of features"), e.getMessage());
    var right = new Columns(List.of("xs", "x"), List.of("y"), "w", null, List.of());
    PackedSplits packed = LocalSpark.pack(LocalSpark.packing(Targets.VALUES, right), input);
    assertEquals(Shape.of(3), packed.preprocessing().shape());
    double weights = 0;
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      for (int r = 0; r < block.rows(); r++) {
        weights += block.weight(r);
      }
    }
    assertEquals(3, weights);
  }

  @Test
  void readsLibSvm() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "1 1:0.5 3:2\n0 2:-1\n2 1:1\n");
    Input input =
        Input.open(
            spark,
            new DataSource.Table(
                "libsvm", folder.resolve("a.txt").toString(), Map.of("numFeatures", "4")));
    var packed =
        LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, Columns.labeled("label")), input);
    assertEquals(Shape.of(4), packed.preprocessing().shape());
    assertEquals(List.of("0", "1", "2"), packed.preprocessing().classes());
    assertEquals(3, packed.train().rows());
  }

  @Test
  void balancedWeightsCountTheTrainingRowsOfEachClass() {
    Dataset<Row> rows = spark.sql("SELECT id AS x, CAST(id < 10 AS INT) AS y FROM range(40)");
    var packing =
        PackingBuilder.of(Targets.BINARY, Columns.labeled("y"))
            .factors(new ClassFactors.Balanced())
            .build();
    PackedSplits packed = LocalSpark.pack(packing, Input.of(rows));
    assertEquals(1, packed.preprocessing().outputs());
    assertEquals(List.of((float) (40 / (2.0 * 30)), 40 / (2f * 10)), packed.classFactors());
    assertArrayEquals(new float[] {(float) (40 / 60.0), 2}, packed.contents().classFactors());
    assertOwnWeights(packed.train());
  }

  @Test
  void givenClassWeightsAreNotInTheRowsThemselves() {
    Dataset<Row> rows =
        spark.sql("SELECT id AS x, IF(id % 4 = 0, 'rare', 'often') AS y FROM range(80)");
    var factors = new ClassFactors.Given(Map.of("rare", 3.0));
    var packing =
        PackingBuilder.of(Targets.CLASSES, Columns.labeled("y")).factors(factors).dev(0.3).build();
    Input input = Input.of(rows);
    PackedSplits packed = LocalSpark.pack(packing, input);
    assertEquals(List.of("often", "rare"), packed.preprocessing().classes());
    assertEquals(List.of(1f, 3f), packed.classFactors());
    assertOwnWeights(packed.train());
    Preprocessing fitted = packed.preprocessing();
    int shards = packed.train().shards().size();
    for (Split split : List.of(Split.TRAIN, Split.DEV)) {
      PackedDataset again = Packer.packSplit(packing, fitted, input, split, shards, 2);
      assertEquals(packed.of(split).shards(), again.shards());
    }
    PackedDataset all = Packer.packAll(fitted, input, BadRows.ERROR, 9, count -> 5, 2);
    assertOwnWeights(all);
    assertEquals(80, all.rows());
    assertEquals(5, all.shards().size());
  }

  private static void assertOwnWeights(PackedDataset data) {
    for (PackedBlock block : LocalSpark.blocks(data)) {
      assertEquals(0, block.weights().length, "all are 1");
    }
  }

  @Test
  void ownDevSourceUsesTheTrainingSourcesClasses() {
    Input train = rows("(1, 'b'), (2, 'a'), (3, 'c') t(x, y)");
    Input dev = rows("(5L, 'c') t(x, y)");
    var packing = LocalSpark.packing(Targets.CLASSES, Columns.labeled("y"));
    PackedSplits packed = LocalSpark.pack(packing, train, dev, null, 2);
    assertEquals(2, LocalSpark.blocks(packed.dev()).get(0).targets()[0]);
    assertEquals(packed.train().shards().size(), packed.dev().shards().size());
  }

  @Test
  void anIdColumnIdentifiesRowsWhateverTheirContent() {
    var columns = new Columns(List.of("x"), List.of("y"), null, "id", List.of());
    var packing = LocalSpark.packing(Targets.VALUES, columns);
    String before = "('p', 1, 1), ('q', 2, 2), ('r', 3, 3), ('s', 4, 4), ('t', 5, 5), ('u', 6, 6)";
    String after = "('u', 1, 6), ('s', 9, 4), ('q', 9, 2), ('r', 0, 3), ('p', 7, 1), ('t', 8, 5)";
    List<String> first = places(packing, rows(before + " t(id, x, y)"));
    assertEquals(6, first.size());
    assertEquals(first, places(packing, rows(after + " t(id, x, y)")));
  }

  /** Where each row stands, by its target. */
  private static List<String> places(Packing packing, Input input) {
    List<String> places = new ArrayList<>();
    for (PackedBlock block : LocalSpark.blocks(LocalSpark.pack(packing, input).train())) {
      for (float target : block.targets()) {
        places.add("shard " + block.shard() + " " + target);
      }
    }
    return places;
  }

  @Test
  void digitsAreAllThere() {
    Input digits = Input.open(spark, new DataSource.Digits());
    var packed = LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, Columns.of()), digits);
    assertEquals(1797, packed.train().rows());
    assertEquals(10, packed.preprocessing().outputs());
    assertEquals(Shape.of(8, 8, 1), packed.preprocessing().shape());
    assertEquals(DType.UINT8, packed.preprocessing().type());
    assertEquals(List.of("index", "label"), digits.kept());
  }

  @Test
  void preprocessingComesBackFromJsonExactly() throws IOException {
    Input input = rows("(1.1D, 'u', 'b'), (2.7D, 'v', 'a'), (3.14D, 'u', 'c') t(x, c, y)");
    var columns = new Columns(List.of(), List.of("y"), null, null, List.of("c"));
    var packing = PackingBuilder.of(Targets.CLASSES, columns).standardize().build();
    Preprocessing preprocessing = LocalSpark.pack(packing, input).preprocessing();
    var json = new ObjectMapper();
    String text = json.writeValueAsString(preprocessing);
    assertEquals(preprocessing, json.readValue(text, Preprocessing.class), text);
  }

  @Test
  void numbersAreNamesOfClassesWhereTheClassesAreNamedByNumbers() {
    var packing = LocalSpark.packing(Targets.CLASSES, Columns.labeled("y"));
    Input train = rows("(1, '1'), (2, '2') t(x, y)");
    assertArrayEquals(
        new float[] {0, 0, 1}, devTargets(packing, train, rows("(1, 1), (1, 1), (1, 2) t(x, y)")));
    Input doubles = rows("(1, 2.0D), (1, 1.0D), (1, 1.0D) t(x, y)");
    assertArrayEquals(new float[] {0, 0, 1}, devTargets(packing, train, doubles));
    var named = named(List.of("2", "1"));
    Input numbers = rows("(1, 1), (2, 2) t(x, y)");
    assertArrayEquals(new float[] {0, 1, 1}, devTargets(named, numbers, doubles));
  }

  @Test
  void numbersAreIdsOfClassesThatAreNamedOtherwise() {
    var packing = named(List.of("shirt", "trouser"));
    Input train = rows("(1, 0), (2, 1) t(x, y)");
    assertArrayEquals(
        new float[] {0, 1, 1}, devTargets(packing, train, rows("(1, 1), (2, 0), (3, 1) t(x, y)")));
    Input text = rows("(1, 'trouser'), (2, 'shirt') t(x, y)");
    assertArrayEquals(new float[] {0, 1}, devTargets(packing, train, text));
  }

  private static Packing named(List<String> classes) {
    return PackingBuilder.of(Targets.CLASSES, Columns.labeled("y")).classes(classes).build();
  }

  /** The ids of the classes of a dev source's rows, sorted. */
  private static float[] devTargets(Packing packing, Input train, Input dev) {
    List<Float> ids = new ArrayList<>();
    for (PackedBlock block :
        LocalSpark.blocks(LocalSpark.pack(packing, train, dev, null, 2).dev())) {
      for (int r = 0; r < block.rows(); r++) {
        ids.add(block.targets()[r]);
      }
    }
    float[] sorted = new float[ids.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = ids.get(i);
    }
    Arrays.sort(sorted);
    return sorted;
  }
}
