package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.config.Job;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Path wine;
  private static Path digits;

  @BeforeAll
  static void train() {
    spark = LocalSpark.start(2);
    wine = folder.resolve("wine");
    Runs.wine(spark, wine);
    digits = folder.resolve("digits");
    Runs.digits(spark, digits);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<Row> read(String format, Path path) {
    return spark
        .read()
        .format(format)
        .option("header", "true")
        .option("inferSchema", "true")
        .load(path.toString());
  }

  /** What was predicted for each wine, in an order of its own, as texts that can be compared. */
  private static List<String> predictions(Dataset<Row> rows, String barolo) {
    return rows
        .selectExpr("alcohol", "proline", "cultivar", "prediction", barolo + " AS barolo")
        .orderBy("proline", "alcohol", "cultivar")
        .collectAsList()
        .stream()
        .map(Row::toString)
        .toList();
  }

  @Test
  void tablesComeInAndGoOutInEveryFormat() throws IOException {
    Path csv = folder.resolve("wine-out.csv");
    String said = Cli.run("predict", wine, "--input", Runs.WINE, "--out", csv).succeeded();
    String line = "178 rows with predictions are in file:" + csv + ", after [0-9.]+ s\\.\n";
    assertTrue(said.matches(line), said);
    Dataset<Row> rows = read("csv", csv);
    List<String> columns = new ArrayList<>(List.of(read("csv", Runs.WINE).columns()));
    columns.addAll(
        List.of(
            "prediction", "probability_barbera", "probability_barolo", "probability_grignolino"));
    assertEquals(columns, List.of(rows.columns()));
    List<String> expected = predictions(rows, "probability_barolo");
    assertEquals(178, expected.size());
    String sum = "abs(probability_barbera + probability_barolo + probability_grignolino - 1)";
    assertEquals(178, rows.where(sum + " < 1e-9").count());

    double accuracy =
        TrainedModel.load(spark, wine.toString())
            .evaluate(read("csv", Runs.WINE))
            .scores()
            .get("accuracy");
    assertEquals(accuracy, rows.where("prediction = cultivar").count() / 178.0);

    for (String format : List.of("parquet", "json")) {
      Path in = folder.resolve("wine-in." + format);
      read("csv", Runs.WINE).repartition(3).write().format(format).save(in.toString());
      Path out = folder.resolve("wine-out." + format);
      Cli.run("predict", wine, "--input", in, "--out", out).succeeded();
      assertEquals(expected, predictions(read(format, out), "probability[1]"), format);
    }
  }

  @Test
  void libSvmKeepsItsVectorsAndTheModelsWidth() throws IOException {
    Path file = folder.resolve("lines.txt");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      lines.append(i % 5).append(" 1:").append(i % 5).append(" 4:").append(i % 3).append('\n');
    }
    Files.writeString(file, lines);
    String job =
        """
        name: lines
        data: {train: {format: libsvm, path: %s}, label: label}
        model: {layers: [{dense: 1}]}
        loss: meanSquaredError
        train: {epochs: 1, optimizer: adam, schedule: {constant: 0.1}}
        """
            .formatted(file);
    Path run = folder.resolve("lines");
    Runs.train(spark, Job.parse(job, "lines"), run);
    Path few = folder.resolve("few.libsvm");
    Files.writeString(few, "7 2:1.5\n");
    Path out = folder.resolve("lines-out");
    Cli.run("predict", run, "--input", few, "--out", out, "--out-format", "csv").succeeded();
    Row row = read("csv", out).first();
    assertArrayEquals(new String[] {"label", "features", "prediction"}, row.schema().fieldNames());
    assertEquals("[0.0,1.5,0.0,0.0]", row.getString(1));
    assertTrue(Double.isFinite(row.getDouble(2)));
    Files.writeString(few, "7 5:1\n");
    Cli.run("predict", run, "--input", few, "--out", folder.resolve("no.csv"))
        .refused("few.libsvm");
  }

  /** As Python, R and spreadsheets read and write them. */
  @Test
  void quotesWithinQuotesAreDoubledInCsv() throws Exception {
    List<String> lines = Files.readAllLines(Runs.WINE);
    Path in = folder.resolve("quoted.csv");
    Files.writeString(
        in, lines.get(0) + ",note\n" + lines.get(1) + ",\"say \"\"\\, or\"\", so\"\n");
    Path out = folder.resolve("quoted-out");
    Cli.run("predict", wine, "--input", in, "--out", out, "--out-format", "csv").succeeded();
    String text;
    try (Stream<Path> files = Files.list(out)) {
      text =
          Files.readString(
              files.filter(each -> each.toString().endsWith(".csv")).findFirst().orElseThrow());
    }
    assertTrue(text.contains(",\"say \"\"\\, or\"\", so\","), text);
  }

  private static byte[] idx(int rows, int... dimensions) {
    int values = rows * Arrays.stream(dimensions).reduce(1, (a, b) -> a * b);
    ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * dimensions.length + values);
    bytes.putInt(8 << 8 | (1 + dimensions.length)).putInt(rows);
    Arrays.stream(dimensions).forEach(bytes::putInt);
    for (int i = 0; i < values; i++) {
      bytes.put((byte) (i % 10));
    }
    return bytes.array();
  }

  @Test
  void idxFilesNeedNoLabels() throws IOException {
    Path images = folder.resolve("some-idx3-ubyte");
    Path labels = folder.resolve("some-idx1-ubyte");
    Files.write(images, idx(30, 8, 8));
    Files.write(labels, idx(30));
    Path bare = folder.resolve("bare.parquet");
    Cli.run("predict", digits, "--images", images, "--out", bare).succeeded();
    Dataset<Row> rows = read("parquet", bare).orderBy("index");
    assertEquals(List.of("index", "prediction", "probability"), List.of(rows.columns()));
    assertEquals(30, rows.count());
    assertEquals(29, rows.collectAsList().get(29).getInt(0));
    Path labeled = folder.resolve("labeled.parquet");
    Cli.run("predict", digits, "--input", images, "--labels", labels, "--out", labeled).succeeded();
    Dataset<Row> more = read("parquet", labeled).orderBy("index");
    assertEquals(List.of("index", "label", "prediction", "probability"), List.of(more.columns()));
    assertEquals(9, more.collectAsList().get(19).getInt(1));
    assertEquals(rows.collectAsList(), more.drop("label").collectAsList());
    Files.write(images, idx(30, 4, 4));
    Cli.run("predict", digits, "--images", images, "--out", folder.resolve("no.csv"))
        .refused("expected the features of the training source");
  }

  @Test
  void picturesKeepPathAndFolder() throws IOException {
    Path pictures = folder.resolve("pictures");
    for (int i = 0; i < 12; i++) {
      Path file = pictures.resolve(i % 2 == 0 ? "dark" : "light").resolve(i + ".png");
      Files.createDirectories(file.getParent());
      var image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
      for (int pixel = 0; pixel < 36; pixel++) {
        image.getRaster().setSample(pixel % 6, pixel / 6, 0, (i % 2 == 0 ? 10 : 230) + i);
      }
      ImageIO.write(image, "png", file.toFile());
    }
    String job =
        """
        name: pictures
        data: {train: {format: images, path: %s, size: 4, channels: 1}, scale: 255}
        model: {layers: [flatten, {dense: 2}]}
        loss: softmaxCrossEntropy
        train: {epochs: 20, batchSize: 12, optimizer: adam, schedule: {constant: 0.1}}
        """
            .formatted(pictures);
    Path run = folder.resolve("picture-run");
    Runs.train(spark, Job.parse(job, "pictures"), run);
    Path out = folder.resolve("pictures.json");
    Cli.run("predict", run, "--input", pictures, "--format", "images", "--out", out).succeeded();
    Dataset<Row> rows = read("json", out);
    assertEquals(
        List.of("label", "path", "prediction", "probability"),
        Stream.of(rows.columns()).sorted().toList());
    assertEquals(12, rows.where("prediction = label").count());

    byte[] whole = Files.readAllBytes(pictures.resolve("dark/4.png"));
    Files.write(pictures.resolve("dark/4.png"), Arrays.copyOf(whole, whole.length / 2));
    Cli.run("predict", run, "--input", pictures, "--format", "images", "--out", out, "--overwrite")
        .refused("dark/4.png", "column content: expected a picture");
  }

  @Test
  void aColumnThatIsNamedAsAPredictionNeedsAPrefix() throws IOException {
    List<String> lines = Files.readAllLines(Runs.WINE);
    Path in = folder.resolve("named.csv");
    Files.writeString(in, lines.get(0) + ",Prediction\n" + lines.get(1) + ",before\n");
    Path out = folder.resolve("named-out.csv");
    Cli.run("predict", wine, "--input", in, "--out", out)
        .refused(
            "no column \"prediction\", which prediction adds, found \"Prediction\"", "--prefix");
    Cli.run("predict", wine, "--input", in, "--out", out, "--prefix", "new_").succeeded();
    Row row = read("csv", out).selectExpr("Prediction", "new_prediction").first();
    assertEquals("before", row.getString(0));
    assertEquals(
        List.of("new_prediction", "new_probability_barbera", "new_probability_barolo"),
        List.of(read("csv", out).columns())
            .subList(lines.get(0).split(",").length + 1, lines.get(0).split(",").length + 4));
  }

  @Test
  void aBadRowIsNamed() throws IOException {
    Path bad = folder.resolve("bad.csv");
    Files.writeString(bad, Files.readString(Runs.WINE).replace("\n13.2,1.78,", "\n13.2,,"));
    Path out = folder.resolve("bad.parquet");
    Cli.run("predict", wine, "--input", bad, "--out", out)
        .refused(
            "bad.csv, line 3 (alcohol=13.2, malic_acid=null, ash=2.14), column malic_acid: expected");
    // What failed leaves nothing that would have to be deleted.
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out).succeeded();
    Files.writeString(bad, Files.readString(Runs.WINE).replace("hue,", "hues,"));
    Cli.run("predict", wine, "--input", bad, "--out", out, "--overwrite")
        .refused(
            "bad.csv: expected a column hue, found the columns [alcohol, ",
            "proline, cultivar]",
            "mean hues?");
    Files.writeString(
        bad, Files.readString(Runs.WINE).replace("hue,", "").replace("malic_acid,", "acid,"));
    Cli.run("predict", wine, "--input", bad, "--out", out, "--overwrite")
        .refused(
            "bad.csv: expected the columns [malic_acid, hue], which the model reads",
            "found the columns [alcohol, acid, ash, ",
            "Give the columns the names that they had in training");
    Files.writeString(bad, Files.readString(Runs.WINE).replace("\n13.2,1.78,", "\n13.2,few,"));
    Cli.run("predict", wine, "--input", bad, "--out", out, "--overwrite")
        .refused(
            "bad.csv, line 3 (alcohol=13.2, malic_acid=few, ash=2.14), column malic_acid: expected a finite");
    // The predictions of before stay until those in their place are whole.
    assertEquals(178, read("parquet", out).count());
    try (Stream<Path> beside = Files.list(folder)) {
      assertEquals(List.of(), beside.filter(each -> each.toString().contains("_writing")).toList());
    }
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out, "--overwrite").succeeded();
    assertEquals(178, read("parquet", out).count());
    Files.write(folder.resolve("corrupt.parquet"), new byte[100]);
    Cli.run(
            "predict",
            wine,
            "--input",
            folder.resolve("corrupt.parquet"),
            "--out",
            out,
            "--overwrite")
        .refused("corrupt.parquet");
  }

  @Test
  void whatIsThereIsOverwrittenOnlyWhenAskedAndOnlyPredictions() throws IOException {
    Path out = folder.resolve("twice.csv");
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out).succeeded();
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out)
        .refused("--out " + out + ": expected a folder, new or empty, found ", "--overwrite");
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out, "--overwrite").succeeded();
    assertEquals(178, read("csv", out).count());
    Cli.run("predict", wine, "--input", out, "--out", out, "--overwrite")
        .refused("a folder apart from");
    Cli.run("predict", wine, "--input", out, "--out", out.resolve("deep.csv"))
        .refused("a folder apart from");
    Cli.run(
            "predict",
            wine,
            "--input",
            Runs.WINE,
            "--out",
            wine,
            "--out-format",
            "csv",
            "--overwrite")
        .refused("a folder apart from");
    Path model = wine.resolve("model");
    Cli.run(
            "predict",
            wine,
            "--input",
            Runs.WINE,
            "--out",
            model,
            "--out-format",
            "csv",
            "--overwrite")
        .refused("a folder that Spark wrote");
    Path file = Files.writeString(folder.resolve("notes.csv"), "mine");
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", file, "--overwrite")
        .refused("expected a folder, new or empty, found a file");
    assertEquals("mine", Files.readString(file));
    Path inRun = wine.resolve("predictions.json");
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", inRun).succeeded();
  }

  @Test
  void refusesWhatItCannotDoBeforeAnyWork() {
    Path out = folder.resolve("never");
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out)
        .refused("never: expected a path that ends with its format", "--out-format");
    Cli.run("predict", wine, "--input", Runs.WINE, "--out", out, "--out-format", "orc")
        .refused("--out-format: expected one of parquet, csv, json, found orc");
    Cli.run("predict", wine, "--out", out, "--out-format", "csv").refused("--input: expected");
    Cli.run("predict", folder, "--input", Runs.WINE, "--out", out, "--out-format", "csv")
        .refused("/model: expected a model, with a model.json");
    Cli.run("predict", digits, "--input", Runs.WINE, "--out", out, "--out-format", "csv")
        .refused("expected a column features");
    Cli.run("predict", wine, "--format", "digits", "--out", out, "--out-format", "csv")
        .refused("digits: expected the features of the training source");
    assertEquals(2, Cli.run("predict", wine, "--input", Runs.WINE).code());
    assertTrue(Files.notExists(out), "nothing was written");
  }

  @Test
  void helpSaysWhatComesOut() {
    String help = Cli.run("predict", "--help").succeeded();
    for (String part : List.of("probability_NAME", "--images=FILE", "--overwrite", "--master")) {
      assertTrue(help.contains(part), part + " is not in: " + help);
    }
  }
}
