package org.invar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.nn.Bidirectional;
import org.invar.nn.Dense;
import org.invar.nn.Gru;
import org.invar.nn.Layer;
import org.invar.nn.Lstm;
import org.invar.nn.Reshape;
import org.invar.nn.SimpleRnn;
import org.invar.prepare.JobNetwork;
import org.invar.source.DataSource;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobTest {
  private static final String DIGITS =
      """
      name: digits
      data:
        train: {format: digits}
        dev: {split: 0.1}
        test: {split: 0.1}
        shape: [8, 8, 1]
        scale: 16
      model:
        layers:
          - flatten
          - dense: 10
      loss: softmaxCrossEntropy
      train:
        epochs: 10
        optimizer: adam
        schedule: {constant: 0.001}
      """;

  private static final String TABLE =
      """
      name: prices
      data:
        train:
          format: csv
          path: /data/train.csv
          options: {header: true, sep: ";", maxColumns: 100}
        dev: {format: parquet, path: /data/dev}
        features: [rooms, area, city]
        label: price
        weight: w
        id: key
        oneHot: city
        standardize: true
      model: {zoo: lenet5, input: [3]}
      loss: meanSquaredError
      train:
        epochs: 3
        batchSize: 7
        seed: 9000000000
        shards: 8
        exact: false
        optimizer: {adam: {beta1: 0.8}}
        schedule: {exponential: {initialRate: 0.1, base: 0.95}}
        l2: 1e-4
        clip: {norm: 1, value: 0.5}
        earlyStopping: {metric: devLoss, patience: 5, minDelta: 1e-3}
        keepBest: devRmse
        optimalError: 0.01
      checkpoint: {directory: "hdfs://x/y", everySteps: 10, keep: 1}
      """;

  private static Job parse(String text) {
    return Job.parse(text, "job.yaml");
  }

  private static String refusal(String text) {
    return assertThrows(InvarException.class, () -> parse(text)).getMessage();
  }

  private static String refusal(String text, String key, String value) {
    Job job = parse(text);
    return assertThrows(InvarException.class, () -> job.with(key, value)).getMessage();
  }

  @Test
  void aShortJobHasAllDefaults() {
    JobSettings job = parse(DIGITS).settings();
    assertEquals(new DataSource.Digits(), job.data().train());
    assertEquals(new Holdout.Split(0.1), job.data().dev());
    assertEquals(Shape.of(8, 8, 1), job.data().shape());
    assertEquals(16.0, job.data().scale());
    assertEquals(List.of(), job.data().features());
    assertNull(job.data().classWeights());
    assertEquals(2, job.model().layers().size());
    assertEquals(32, job.train().batchSize());
    assertEquals(new ShardSetting.Auto(), job.train().shards());
    assertEquals(ExchangeKind.GANG, job.train().exchange());
    assertTrue(job.train().exact());
    assertNull(job.train().earlyStopping());
    assertEquals(new CheckpointSettings("runs/digits", new Interval.Auto(), 3), job.checkpoint());
  }

  @Test
  void aLongJobIsReadAsWritten() {
    JobSettings job = parse(TABLE).settings();
    DataSource.Table table = assertInstanceOf(DataSource.Table.class, job.data().train());
    assertEquals(
        new DataSource.Table(
            "csv", "/data/train.csv", Map.of("header", "true", "sep", ";", "maxColumns", "100")),
        table);
    assertEquals(
        new Holdout.Source(new DataSource.Table("parquet", "/data/dev", Map.of())),
        job.data().dev());
    assertEquals(List.of("price"), job.data().label());
    assertEquals(List.of("city"), job.data().oneHot());
    assertNull(job.model().layers());
    assertEquals(Shape.of(3), job.model().input());
    assertEquals(new ShardSetting.Fixed(8), job.train().shards());
    assertEquals(9_000_000_000L, job.train().seed());
    assertEquals(0.5, job.train().clip().value());
    assertEquals(5, job.train().earlyStopping().patience());
    assertEquals("devRmse", job.train().keepBest());
    assertEquals(new CheckpointSettings("hdfs://x/y", new Interval.Fixed(10), 1), job.checkpoint());
  }

  @Test
  void resolvedYamlMakesAnEqualJob() {
    for (String text : List.of(DIGITS, TABLE)) {
      Job job = parse(text);
      assertEquals(job, parse(job.yaml()));
      assertEquals(job.yaml(), parse(job.yaml()).yaml());
      assertEquals(job, Job.of(job.settings()));
    }
    assertTrue(parse(DIGITS).yaml().contains("\n  batchSize: 32\n"));
    assertTrue(parse(DIGITS).yaml().contains("\n  directory: runs/digits\n"));
  }

  @Test
  void sourcesOfEveryFormat() {
    assertEquals(
        new DataSource.Idx("a.gz", "b.gz"), source("{format: idx, images: a.gz, labels: b.gz}"));
    assertEquals(
        new DataSource.Images("dir", new Size(32, 24), 3),
        source("{format: images, path: dir, size: [32, 24], channels: 3}"));
    assertEquals(
        new DataSource.Table("org.acme.Source", null, Map.of()),
        source("{format: org.acme.Source}"));
  }

  private static DataSource source(String text) {
    return parse(DIGITS).with("data.train", text).settings().data().train();
  }

  @Test
  void classWeightsAreBalancedOrAMap() {
    assertEquals(new ClassWeights.Balanced(), weights("balanced"));
    assertEquals(new ClassWeights.Each(Map.of("3", 2.0)), weights("{3: 2.0}"));
    assertTrue(
        refusal(DIGITS, "data.classWeights", "balance")
            .startsWith(
                "--set data.classWeights=balance: data.classWeights: expected balanced or a map of"
                    + " numbers, found \"balance\". Did you mean balanced?"));
    assertTrue(
        refusal(DIGITS, "data.classWeights", "{a: -1}")
            .endsWith("data.classWeights.a: expected a positive finite number, found -1.0."));
  }

  private static ClassWeights weights(String text) {
    return parse(DIGITS).with("data.classWeights", text).settings().data().classWeights();
  }

  @Test
  void withFollowsTheRulesOfSet() {
    Job job = parse(DIGITS).with("train.epochs", "20").with("model.layers[1].dense", "12");
    assertEquals(20, job.settings().train().epochs());
    assertEquals("--set train.epochs=20: train.epochs", job.place("train.epochs"));
    assertEquals(
        "runs/other", parse(DIGITS).with("name", "other").settings().checkpoint().directory());
    assertEquals(5, Job.of(job.settings()).with("train.epochs", "5").settings().train().epochs());
  }

  @Test
  void whatOnlyTheNetworkCanTellHasAPlaceToo() {
    assertEquals(
        "job.yaml:11: model.layers[1]: expected a vector, found 8×8×1. Put flatten before it.",
        parse(DIGITS)
            .wrong("model.layers[1]", "a vector", "8×8×1", "Put flatten before it.")
            .getMessage());
  }

  @Test
  void theExampleOfTheDocumentation() {
    assertEquals(
        "job.yaml:15: train.batchSize: expected a whole number of at least 1, found 0. It is the"
            + " number of rows of a step.",
        refusal(DIGITS.replace("  optimizer: adam", "  batchSize: 0\n  optimizer: adam")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name | a/b | name: expected a name of letters",
        "name | .. | name: expected a name of letters",
        "data.dev | {split: 1.5} | data.dev.split: expected a fraction above 0 and below 1, found",
        "data.dev | {split: 0} | data.dev.split: expected a fraction",
        "data.dev | {split: 0.95} | data.dev: expected a split that leaves rows",
        "data.dev | {splt: 0.1} | data.dev.splt: expected split or one of idx, images, digits or",
        "data.dev | {path: x} | data.dev: expected the required key format (one of idx, images,",
        "data.scale | 0 | data.scale: expected a positive finite number, found 0.0.",
        "data.shape | [8, 0] | data.shape: dimension 0 of shape [8, 0] is not positive.",
        "data.label | y | data.label: expected a value that is for tables alone, found [y].",
        "data.train | {format: IDX} | data.train.format: expected one of idx, images, digits or an",
        "data.train | {format: idx, path: x} | data.train.path: expected one of the keys format,",
        "data.classes | [a, a] | data.classes: expected a list of distinct names, found [a, a].",
        "model.zoo | lenet5 | model.zoo: expected a value that is absent where there are layers, found",
        "model | {} | model: expected layers or zoo, found neither.",
        "model.layers | [] | model.layers: expected a list of at least one layer, found none.",
        "model.layers[1].dense | 0 | model.layers[1].dense: expected a whole number of at least 1,",
        "loss | softmax | loss: expected one of softmaxCrossEntropy",
        "train.epochs | 0 | train.epochs: expected a whole number of at least 1, found 0.",
        "train.shards | 0 | train.shards: expected a whole number of at least 1, found 0.",
        "train.shards | atuo | train.shards: expected auto or a whole number, found \"atuo\". Did",
        "train.exchange | gnag | train.exchange: expected one of gang, driver, found",
        "train.averaging | {everySteps: 0} | train.averaging.everySteps: expected a whole number of at",
        "train.wire | float16 | train.wire: expected one of float32, bfloat16, found",
        "checkpoint.everySteps | 0 | checkpoint.everySteps: expected a whole number of at least 1,",
        "train.l2 | -1 | train.l2: expected a finite number of 0 or more, found -1.0.",
        "train.clip | {norm: 0} | train.clip.norm: expected a value that is positive, found 0.0.",
        "train.keepBest | testLoss | train.keepBest: expected a metric of the training or dev set",
        "train.earlyStopping | {patience: 0} | train.earlyStopping.patience: expected a value that",
        "checkpoint.keep | 0 | checkpoint.keep: expected a whole number of at least 1, found 0.",
        "train.optimizer.adam.beta1 | 0 | train.optimizer: expected a map, found \"adam\".",
      })
  void wrongSettings(String key, String value, String expected) {
    String message = refusal(DIGITS, key, value);
    String start = "--set " + key + "=" + value + ": " + expected;
    assertEquals(start, message.substring(0, Math.min(start.length(), message.length())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.weight | price | data.weight: expected a column beside the label's, found price.",
        "data.id | w | data.id: expected a column beside label and weight, found w.",
        "data.label | rooms | data.features: expected a column beside label, weight and id",
        "data.oneHot | street | data.oneHot: expected one of the features, found street.",
        "data.dev | | train.earlyStopping: expected a metric of the training set, found devLoss."
      })
  void settingsThatContradictEachOther(String key, String value, String expected) {
    String message = refusal(TABLE, key, value == null ? "" : value);
    assertTrue(message.contains(expected), message);
  }

  @Test
  void recurrentLayersHaveNames() {
    Job job =
        parse(
            DIGITS.replaceFirst(
                "- flatten",
                """
                - reshape: [8, 8]
                    - bidirectional: {lstm: {units: 6, returnSequences: true, forgetBias: 0}}
                    - gru: {units: 5, returnSequences: true, reset: before, updateGate: replaces}
                    - bidirectional: {gru: 4}
                    - reshape: [8, 1]
                    - simpleRnn: 3"""));
    List<Layer> expected =
        List.of(
            new Reshape(Shape.of(8, 8)),
            new Bidirectional(Lstm.of(6).withReturnSequences(true).withForgetBias(0)),
            Gru.of(5)
                .withReturnSequences(true)
                .withReset(Gru.Reset.BEFORE)
                .withUpdateGate(Gru.UpdateGate.REPLACES),
            new Bidirectional(Gru.of(4)),
            new Reshape(Shape.of(8, 1)),
            SimpleRnn.of(3),
            Dense.of(10));
    assertEquals(expected, job.settings().model().layers());
    assertEquals(job.settings(), Job.parse(job.yaml(), "resolved").settings());
    assertEquals(Type.of(Shape.of(10)), JobNetwork.of(job, Shape.of(8, 8, 1)).output());
    assertEquals(
        "job.yaml:10: model.layers[0]: layer lstm1: expected a sequence (time, features), found"
            + " shape 8×8×1; put reshape in front.",
        assertThrows(
                InvarException.class,
                () ->
                    JobNetwork.of(
                        parse(DIGITS.replaceFirst("flatten", "lstm: 3")), Shape.of(8, 8, 1)))
            .getMessage());
  }

  @Test
  void lengthsNeedSequencesAndKeepTheirShape() {
    assertTrue(
        refusal(TABLE, "data.lengths", "true")
            .contains(
                "data.lengths: expected the default, false, but for tables with a shape [steps, numbers a step], such as [12, 1]"));
    Job job =
        parse(
            TABLE
                .replace("  oneHot: city\n", "")
                .replace("[rooms, area, city]", "[readings]\n  shape: [5, 3]\n  lengths: true")
                .replace("standardize: true", "scale: 2")
                .replace("{zoo: lenet5, input: [3]}", "{layers: [lstm: 4, dense: 1]}"));
    assertTrue(job.settings().data().lengths());
    assertEquals(new Type(Shape.of(1), Time.MIXED), JobNetwork.of(job, Shape.of(5, 3)).output());
    assertTrue(job.with("data.standardize", "true").settings().data().standardize());
    Job other = job.with("model.input", "[15, 1]");
    assertTrue(
        assertThrows(InvarException.class, () -> JobNetwork.of(other, Shape.of(5, 3)))
            .getMessage()
            .contains("model.input: expected the data's shape, 5×3, where data.lengths is true"));
    Job steps = job.with("train.keepBest", "").with("loss", "softmaxCrossEntropy");
    Job same =
        steps.with("model.layers", "[{lstm: {units: 4, returnSequences: true}}, {dense: 2}]");
    assertEquals(
        new Type(Shape.of(5, 2), Time.RAGGED), JobNetwork.of(same, Shape.of(5, 3)).output());
    Job fewer = steps.with("model.layers", "[{conv1d: {filters: 2, kernel: 2}}]");
    String message =
        assertThrows(InvarException.class, () -> JobNetwork.of(fewer, Shape.of(5, 3))).getMessage();
    assertTrue(
        message.contains(
            "expected outputs at the 5 steps of the data, where data.lengths is true, found 4×2."),
        message);
    Job between =
        steps.with("model.layers", "[{conv1d: {filters: 2, kernel: 2}}, {lstm: 3}, {dense: 2}]");
    message =
        assertThrows(InvarException.class, () -> JobNetwork.of(between, Shape.of(5, 3)))
            .getMessage();
    assertTrue(
        message.contains(
            "model.layers[1]: layer lstm1: expected sequences of the steps that lengths are known"
                + " for, found 4 steps made of them; no layer in front may change their number or mix them."),
        message);
    Job binary = same.with("loss", "binaryCrossEntropy");
    message =
        assertThrows(InvarException.class, () -> JobNetwork.of(binary, Shape.of(5, 3)))
            .getMessage();
    assertTrue(message.contains("found 5×2. End with dense: 1 behind one vector a row"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[flatten, {dense: 33500000}]; layer dense1: expected at most 2147483647 parameters;"
            + " 2177500000",
        "[flatten, {dense: 30000000}, {dense: 10}]; model: expected at most 2147483647 parameters;"
            + " fewer or smaller layers",
        "[{reshape: [8, 8]}, {lstm: 600000000}]; layer lstm1: expected at most 536870911 units;"
            + " 4 gates, found 600000000",
      })
  void networksOfMoreThanAVectorAreRefused(String layers, String place, String found) {
    Job job = parse(DIGITS).with("model.layers", layers);
    String message =
        assertThrows(InvarException.class, () -> JobNetwork.of(job, Shape.of(8, 8, 1)))
            .getMessage();
    assertTrue(message.contains(place) && message.contains(found), message);
  }

  @Test
  void severalMistakesAtOnce() {
    assertEquals(
        """
        job.yaml:4: data.dev.split: expected a fraction above 0 and below 1, found 2.0.
        job.yaml:11: model.layers[1].dens: expected one of %s, found "dens". Did you mean dense?
        job.yaml:14: train.epoch: expected one of the keys epochs, optimizer, schedule, batchSize, \
        seed, shards, exchange, averaging, wire, exact, l2, clip, groups, earlyStopping, keepBest, \
        optimalError, found the unknown key epoch. Did you mean epochs?"""
            .formatted(String.join(", ", Vocabulary.standard().choice(layer()).members().keySet())),
        refusal(
                DIGITS
                    .replaceFirst("split: 0.1", "split: 2")
                    .replace("dense:", "dens:")
                    .replace("epochs: 10", "epoch: 10"))
            .replaceAll("job.yaml:13: [^\n]*\n", ""));
  }

  private static Class<?> layer() {
    return org.invar.nn.Layer.class;
  }

  @Test
  void filesAreLoadedWithOverrides(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("digits.yaml");
    Files.writeString(file, DIGITS);
    Job job = Job.load(file, "train.epochs=3", "train.seed=7");
    assertEquals(3, job.settings().train().epochs());
    assertEquals(7, job.settings().train().seed());
    assertEquals(file + ":15: train.optimizer", job.place("train.optimizer"));
    assertTrue(
        assertThrows(InvarException.class, () -> Job.load(folder.resolve("digit.yml")))
            .getMessage()
            .contains("digits.yaml"));
  }

  @Test
  void resolvedYamlHidesTheSecretsOfSources() {
    String yaml =
        Job.parse(
                """
                name: jdbc
                data: {train: {format: jdbc, options: {url: "jdbc:h2:x", password: hunter2}}, label: y}
                model: {layers: [dense: 1]}
                loss: meanSquaredError
                train: {epochs: 1, optimizer: sgd, schedule: {constant: 0.1}}
                """,
                "job")
            .yaml();
    assertFalse(yaml.contains("hunter2"), yaml);
    assertTrue(yaml.contains("jdbc:h2:x"), yaml);
  }
}
