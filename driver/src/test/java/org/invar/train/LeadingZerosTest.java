package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.invar.score.TrainedModel;
import org.invar.source.DataSource;
import org.invar.source.Feature;
import org.invar.source.Input;
import org.invar.source.LocalSpark;
import org.invar.source.Preprocessing;
import org.invar.source.ValueType;
import org.invar.storage.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Codes such as 01 are text as it stands, whatever the next file looks like. */
class LeadingZerosTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static TinyTables tables;
  private static TrainedModel model;

  @BeforeAll
  static void train() {
    spark = LocalSpark.start(2);
    tables = new TinyTables(spark, folder);
    Path file =
        tables.csv(
            "train.csv",
            "zip,n,a,y",
            20,
            i -> "0" + (i % 2 + 1) + "," + (i % 2 == 0 ? "7" : "8.0") + "," + i + "," + i % 2);
    String data =
        "train: {format: csv, path: '%s'}, label: y, features: [zip, n, a], oneHot: [zip]"
            .formatted(file);
    model =
        tables.trained(
            "run", tables.job(data, 2, "softmaxCrossEntropy", 1), new TrainingListener() {});
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Input open(String name, String... lines) {
    Path file = tables.csv(name, lines);
    return Input.open(spark, new DataSource.Table("csv", file.toString(), Map.of()));
  }

  @Test
  void codesAreTextFromTrainingOn() {
    List<Feature> features = model.preprocessing().features();
    assertEquals(List.of("01", "02"), features.get(0).categories());
    assertEquals(ValueType.TEXT, features.get(0).values());
    assertEquals(Feature.Kind.NUMBER, features.get(1).kind());
    assertEquals(2, model.predict(open("new.csv", "zip,n,a", "01,7,1", "02,8,2")).count());
    assertEquals(1, model.predict(open("more.csv", "zip,n,a", "02,8e0,2")).count());
  }

  @Test
  void unseenCodesAreRefusedByRowAndGoodRowsStay() {
    Input letters = open("letters.csv", "zip,n,a", "01,7,1", "A1,8,2");
    var e = assertThrows(Exception.class, () -> model.predict(letters).collectAsList());
    assertTrue(
        e.getMessage().contains("line 3 (zip=A1, n=8, a=2), column zip: expected one of [01, 02]"),
        e.getMessage());
    Input shorter = open("shorter.csv", "zip,n,a", "1,7,1");
    e = assertThrows(Exception.class, () -> model.predict(shorter).collectAsList());
    assertTrue(e.getMessage().contains("expected one of [01, 02], found 1"), e.getMessage());
  }

  @Test
  void aNumberIsOneWhateverItsSpelling() {
    Input rows = Input.of(spark.sql("SELECT 10 AS k, 1D AS a, 0 AS y UNION ALL SELECT 20, 2D, 1"));
    String data = "train: {format: dataset}, label: y, oneHot: [k]";
    var job = tables.job(data, 2, "softmaxCrossEntropy", 1);
    String run = folder.resolve("numbers").toString();
    Trainer.of(spark, job).data(rows.rows()).directory(run).train();
    TrainedModel numbers = TrainedModel.load(spark, run);
    assertEquals(ValueType.WHOLE, numbers.preprocessing().features().get(0).values());
    assertEquals(3, numbers.predict(open("k.csv", "k,a", "10,1", "10.0,1", "1e1,1")).count());
    assertEquals(1, numbers.predict(spark.sql("SELECT 10.0D AS k, 1 AS a")).count());
    var bad = numbers.predict(open("k2.csv", "k,a", "x,1"));
    assertTrue(
        assertThrows(Exception.class, bad::collectAsList)
            .getMessage()
            .contains("column k: expected one of [10, 20], found x"));
  }

  @Test
  void modelsOfOlderVersionsAreRefusedInOneSentence() throws Exception {
    String text = Json.MAPPER.writeValueAsString(model.preprocessing());
    assertEquals(model.preprocessing(), Json.MAPPER.readValue(text, Preprocessing.class));
    String older = text.replaceAll(",\\s*\"values\"\\s*:\\s*\"[A-Z]+\"", "");
    var e =
        assertThrows(
            JsonProcessingException.class, () -> Json.MAPPER.readValue(older, Preprocessing.class));
    assertTrue(
        e.getOriginalMessage()
            .endsWith(
                "column zip: expected what its values are, found nothing. An older version of Invar"
                    + " wrote this: train again."),
        e.getOriginalMessage());
  }
}
