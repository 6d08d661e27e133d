package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibSvmTest {
  private static final Packing VALUES =
      LocalSpark.packing(Targets.VALUES, Columns.labeled("label"));

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

  private Input open(String name, String text, Map<String, String> options) throws IOException {
    Files.writeString(folder.resolve(name), text);
    String path = folder.resolve(name).toString();
    return Input.open(spark, new DataSource.Table("libsvm", path, options));
  }

  private static void refused(Input input, String part) {
    var e = assertThrows(InvarException.class, () -> LocalSpark.pack(VALUES, input));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void indexZeroAnywhereMeansThatIndicesCountFromZero() throws IOException {
    Input input = open("t.libsvm", "+1 1:2\n-1 0:1 2:3\n", Map.of());
    assertEquals(
        List.of(Vectors.dense(0, 2, 0), Vectors.dense(1, 0, 3)),
        input.rows().collectAsList().stream()
            .map(row -> row.<Vector>getAs("features").toDense())
            .toList());
    assertTrue(input.notes().get(0).contains("indices count from 0"), input.notes().toString());
    assertEquals(Shape.of(3), LocalSpark.pack(VALUES, input).preprocessing().shape());
    Input fromOne = open("t.libsvm", "+1 1:2\n-1 0:1 2:3\n", Map.of("zeroBased", "false"));
    refused(fromOne, "t.libsvm, line 2: expected indices from 1, found index 0. Set options");
  }

  @Test
  void anAbsurdIndexIsRefusedBeforeMemoryIsTaken() throws IOException {
    Input input = open("t.libsvm", "0 1:0.1 2:3\n1 1:0.5 1073741824:1\n", Map.of());
    refused(input, "t.libsvm, line 2: expected an index of at most 10000000, found \"1073741824\"");
  }

  @Test
  void otherFilesHaveTheWidthOfTraining() throws IOException {
    Input train = open("t.libsvm", "1 1:1 4:1\n0 2:1\n", Map.of());
    Map<String, String> fitted = Map.of("numFeatures", "4");
    Input dev = open("d.libsvm", "1 1:1\n# nothing\n\n0 2:1\n", fitted);
    assertEquals(2, LocalSpark.pack(VALUES, train, dev, null, 2).dev().rows());
    Input wider = open("w.libsvm", "1 1:1\n0 5:1\n", fitted);
    refused(wider, "w.libsvm, line 2: expected an index of at most 4, for 4 features, found 5");
  }

  @Test
  void aLineThatIsNoneIsRefusedWithFileAndLine() throws IOException {
    refused(
        open("t.libsvm", "1 1:1\n0 3:1 2:1\n", Map.of()), "t.libsvm, line 2: expected ascending");
    var e = assertThrows(InvarException.class, () -> open("t.libsvm", "a,b\n1,2\n", Map.of()));
    assertTrue(e.getMessage().contains("expected lines of LibSVM"), e.getMessage());
  }

  @Test
  void aModelReadsOtherFilesAsItsTrainingSource() throws IOException {
    Input train = open("t.libsvm", "1 0:1 3:1\n0 1:1\n", Map.of());
    Preprocessing fitted = LocalSpark.pack(VALUES, train).preprocessing();
    assertEquals(Map.of("numFeatures", "4", "zeroBased", "true"), fitted.reading());
    Files.writeString(folder.resolve("n.libsvm"), "1 1:5\n");
    var source = new DataSource.Table("LibSVM", folder.resolve("n.libsvm").toString(), Map.of());
    Input fresh = Input.open(spark, source.readAs(fitted.reading()));
    assertEquals(
        Vectors.dense(0, 5, 0, 0), fresh.rows().first().<Vector>getAs("features").toDense());
    var csv = new DataSource.Table("csv", "x.csv", Map.of());
    assertEquals(csv, csv.readAs(fitted.reading()));
  }
}
