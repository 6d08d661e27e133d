package org.invar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.invar.checkpoint.Tampering;
import org.invar.source.LocalSpark;
import org.invar.storage.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder with a model that somebody else has made. */
class ForeignModelTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Path original;

  @BeforeAll
  static void train() {
    spark = LocalSpark.start(2);
    original = folder.resolve("original");
    Runs.wine(spark, original);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Path copy(String name) throws Exception {
    return Tampering.copy(original, folder.resolve(name));
  }

  private static Cli predict(Path run) {
    return Cli.run(
        "predict", run, "--input", Runs.WINE, "--out", folder.resolve("out.json"), "--overwrite");
  }

  private static void assertOneSentence(Cli result, String what) {
    assertEquals(Main.FAILED, result.code(), what + ": " + result.out() + result.err());
    assertTrue(result.err().startsWith("invar: "), what + ": " + result.err());
    assertEquals(1, result.err().lines().count(), what + ": " + result.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.json", "preprocessing.json"})
  void anyValueThatIsNotWhatWasWrittenIsOneSentence(String name) throws Exception {
    Path run = copy("values-" + name);
    Path file = run.resolve("model").resolve(name);
    List<Tampering.Change> changes = Tampering.changes(Tampering.read(file));
    assertTrue(changes.size() > 10, changes.toString());
    for (Tampering.Change change : changes) {
      if (List.of("id: null", "weight: null", "label: null").contains(change.where())) {
        continue; // They may be null.
      }
      Files.write(file, Json.text(change.tree()));
      if (!name.equals("model.json")) {
        Tampering.reseal(run.resolve("model"), name);
      }
      Cli result = predict(run);
      if (result.code() == 0) {
        assertTrue(isHarmless(change.where()), change.where());
      } else {
        assertOneSentence(result, change.where());
        assertTrue(result.err().contains(run + "/model"), change.where() + ": " + result.err());
      }
    }
  }

  /** The names of columns and classes are the writer's own; a column that is not there is told. */
  private static boolean isHarmless(String where) {
    return where.matches("labels.*(column|categories).*") || where.matches("(id|weight)\\b.*");
  }

  private static void assertNoRow(String what, Consumer<ObjectNode> change, String said)
      throws Exception {
    Path run = copy("rows");
    Tampering.edit(run.resolve("model/preprocessing.json"), change);
    Tampering.reseal(run.resolve("model"), "preprocessing.json");
    Cli result = predict(run);
    assertOneSentence(result, what);
    assertTrue(result.err().contains(said), what + ": " + result.err());
  }

  @Test
  void featuresAndLabelsMakeARow() throws Exception {
    assertNoRow(
        "ids",
        tree -> tree.put("type", "INT32"),
        "expected features of type UINT8 or FLOAT32, found INT32");
    assertNoRow(
        "a label of steps without their features",
        tree -> ((ObjectNode) tree.get("labels").get(0)).put("kind", "SEQUENCE"),
        "dimensions of at least 1, two of a sequence");
    assertNoRow(
        "sequences of another shape",
        tree -> {
          ObjectNode only = ((ObjectNode) tree.get("features").get(0)).put("kind", "SEQUENCE");
          only.putArray("dimensions").add(tree.get("features").size()).add(1);
          tree.putArray("features").add(only);
        },
        "expected sequences of the features' shape");
  }

  @Test
  void noVariableOfTheEnvironmentIsExpanded() throws Exception {
    Path run = copy("environment");
    Path architecture = run.resolve("model/architecture.yaml");
    String home = System.getenv("PATH");
    Files.writeString(
        architecture,
        Files.readString(architecture)
            .replaceFirst("activation: \\w+", "activation: \"\\${PATH}\""));
    assertTrue(Files.readString(architecture).contains("${PATH}"));
    Tampering.reseal(run.resolve("model"), "architecture.yaml");
    Cli result = predict(run);
    assertOneSentence(result, "activation");
    assertTrue(result.err().contains("${PATH}"), result.err());
    assertFalse(result.err().contains(home), result.err());

    Path job = run.resolve("job.yaml");
    Files.writeString(
        job, Files.readString(job).replaceFirst("path: .*", "path: \"\\${PATH}/wine.csv\""));
    Tampering.copy(original.resolve("model"), run.resolve("model"));
    Cli evaluated = Cli.run("evaluate", run);
    assertOneSentence(evaluated, "path");
    assertFalse(evaluated.err().contains(home), evaluated.err());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../job.yaml", "/etc/hostname", "a/b", "..", ".", "", "we ights"})
  void noNameLeavesTheFolder(String name) throws Exception {
    Path run = copy("name");
    Tampering.edit(
        run.resolve("model/model.json"),
        tree -> ((ObjectNode) tree.get("files").get(1)).put("name", name));
    Cli result = predict(run);
    assertOneSentence(result, name);
    assertTrue(result.err().contains("model.json, files[1]"), result.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "model/model.json",
        "model/architecture.yaml",
        "model/weights.safetensors",
        "model/preprocessing.json"
      })
  void noLinkLeavesTheFolder(String name) throws Exception {
    Path run = copy("link");
    Path outside = folder.resolve("outside");
    Files.createDirectories(outside);
    Path target = outside.resolve(run.resolve(name).getFileName());
    if (Files.isDirectory(run.resolve(name))) {
      Tampering.copy(run.resolve(name), target);
      FileUtils.deleteDirectory(run.resolve(name).toFile());
    } else {
      Files.copy(run.resolve(name), target, StandardCopyOption.REPLACE_EXISTING);
      Files.delete(run.resolve(name));
    }
    Files.createSymbolicLink(run.resolve(name), target);
    Cli result = predict(run);
    assertOneSentence(result, name);
    assertTrue(result.err().contains("a link to " + target.toRealPath()), result.err());
  }

  /** Of a folder that the user has linked nothing is known to be wrong. */
  @Test
  void aRunThatIsLinkedToAsAWholeIsRead() throws Exception {
    Path link = folder.resolve("linked");
    Files.createSymbolicLink(link, original);
    predict(link).succeeded();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void weightsThatAreNotFiniteAreRefusedByTheirEntry(float value) throws Exception {
    Path run = copy("weights");
    Path file = run.resolve("model/weights.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat((int) (8 + bytes.getLong(0)) + 4 * 7, value);
    Files.write(file, bytes.array());
    Tampering.reseal(run.resolve("model"), "weights.safetensors");
    Cli result = predict(run);
    result.refused("weights.safetensors, entry dense1.", "finite values", String.valueOf(value));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, 1, 7, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1 << 20, 1 << 24, (1 << 24) + 1L})
  void aHeaderOfAbsurdLengthIsRefused(long length) throws Exception {
    Path run = copy("header");
    Path file = run.resolve("model/weights.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(0, length);
    Files.write(file, bytes.array());
    Tampering.reseal(run.resolve("model"), "weights.safetensors");
    predict(run).refused("weights.safetensors");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[-4,12]",
        "[12,4]",
        "[0,4]",
        "[4,16]",
        "[0,9223372036854775807]",
        "[0]",
        "null",
        "\"x\""
      })
  void offsetsThatAreNoneAreRefused(String offsets) throws Exception {
    Path run = copy("offsets");
    Path file = run.resolve("model/weights.safetensors");
    byte[] header =
        ("{\"dense1.kernel\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":" + offsets + "}}")
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    Files.write(file, bytes.array());
    Tampering.reseal(run.resolve("model"), "weights.safetensors");
    predict(run).refused("weights.safetensors, entry dense1.kernel");
  }

  /** The architecture names more than the file has: nothing of it is allocated. */
  @Test
  void anArchitectureOfMoreWeightsThanTheFileHasIsRefused() throws Exception {
    Path run = copy("huge");
    Path architecture = run.resolve("model/architecture.yaml");
    String text = Files.readString(architecture);
    Files.writeString(architecture, text.replaceFirst("units: \\d+", "units: 30000000"));
    Tampering.reseal(run.resolve("model"), "architecture.yaml");
    predict(run).refused("weights.safetensors", "bytes for the weights of the architecture");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "layers: &a [*a]",
        "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d"
            + " [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]",
        "!!java.lang.ProcessBuilder [[touch, x]]",
        "{[a, b]: c}",
        "\"",
        "[]",
        ""
      })
  void yamlThatIsABombOrNoneIsRefused(String yaml) throws Exception {
    Path run = copy("yaml");
    Files.writeString(run.resolve("model/architecture.yaml"), yaml);
    Tampering.reseal(run.resolve("model"), "architecture.yaml");
    predict(run).refused("architecture.yaml");
    // The run's own job, too; its first and last lines are kept.
    Path job = run.resolve("job.yaml");
    List<String> lines = Files.readAllLines(job);
    Files.writeString(job, lines.get(0) + "\n" + yaml + "\n" + lines.get(lines.size() - 1) + "\n");
    Tampering.copy(original.resolve("model"), run.resolve("model"));
    Cli evaluated = Cli.run("evaluate", run);
    assertOneSentence(evaluated, yaml);
  }

  @Test
  void deepNestingIsRefused() throws Exception {
    Path run = copy("deep");
    for (String name : List.of("architecture.yaml", "preprocessing.json", "model.json")) {
      Path file = run.resolve("model").resolve(name);
      byte[] before = Files.readAllBytes(file);
      byte[] deep = new byte[200_000];
      Arrays.fill(deep, (byte) '[');
      Files.write(file, deep);
      if (!name.equals("model.json")) {
        Tampering.reseal(run.resolve("model"), name);
      }
      predict(run).refused(name);
      Files.write(file, before);
      if (!name.equals("model.json")) {
        Tampering.reseal(run.resolve("model"), name);
      }
    }
  }

  @Test
  void numbersThatNoTypeHoldsAreRefused() throws Exception {
    Path run = copy("numbers");
    Path file = run.resolve("model/model.json");
    String text = Files.readString(file);
    for (String number :
        List.of("1e999", "9".repeat(900), "9".repeat(100_000), "1.5", "-1", "1e-999999999")) {
      Files.writeString(file, text.replaceFirst("\"length\" : \\d+", "\"length\" : " + number));
      predict(run).refused("model.json");
    }
  }

  /** Every file, cut in its middle. */
  @ParameterizedTest
  @ValueSource(
      strings = {"model.json", "architecture.yaml", "preprocessing.json", "weights.safetensors"})
  void halfAFileIsRecognized(String name) throws Exception {
    Path run = copy("half");
    Path file = run.resolve("model").resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    predict(run).refused(name);
  }

  @Test
  void aSummaryThatAnybodyWroteIsOneSentence() throws Exception {
    Path run = copy("summary");
    Path file = run.resolve("summary.json");
    for (Tampering.Change change : Tampering.changes(Tampering.read(file))) {
      if (change.where().matches("(no )?(name|train|dev|test)[A-Z:]?.*")
          || change.where().matches("(no )?data.*") // The data are compared, if they are named.
          || change.where().equals("classes: null")
          || change.where().equals("no classes")
          || change.where().matches("(no )?positiveClass(: null)?")
          || change.where().equals("confusion: null")
          || change.where().equals("no confusion")
          || change.where().matches("history.*scores\\..*")
          || change.where().matches("(history.*|classes.*)negative")) {
        continue;
      }
      Files.write(file, Json.text(change.tree()));
      Cli result =
          Cli.run(
              "train",
              Runs.RECIPES.resolve("wine.yaml"),
              "--set",
              "data.train.path=" + Runs.WINE,
              "--set",
              "train.epochs=6",
              "--set",
              "train.batchSize=32",
              "--out",
              run,
              "--resume");
      assertOneSentence(result, change.where());
      assertTrue(result.err().contains("summary.json"), change.where() + result.err());
    }
    Files.writeString(file, "{\"shards\": 2000000000}");
    Cli result = Cli.run("evaluate", run);
    assertOneSentence(result, "shards");
    assertTrue(result.err().contains("2000000000"), result.err());
  }
}
