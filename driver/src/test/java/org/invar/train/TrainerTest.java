package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.config.Job;
import org.invar.data.Batch;
import org.invar.kernel.portable.PortableKernels;
import org.invar.nn.Network;
import org.invar.nn.Tape;
import org.invar.prepare.Preparation;
import org.invar.random.CounterRandom;
import org.invar.rows.PackedBlock;
import org.invar.score.TrainedModel;
import org.invar.source.LocalSpark;
import org.invar.source.PackedSplits;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Value;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a run does beside being exact. */
class TrainerTest {
  private static final String DIGITS =
      """
      name: digits
      data: {train: {format: digits}, dev: {split: 0.2}, test: {split: 0.6}, scale: 16}
      model: {layers: [flatten, dense: {units: 20, activation: tanh}, dense: 10]}
      loss: softmaxCrossEntropy
      train: {epochs: 3, batchSize: 100, optimizer: sgd, schedule: {constant: 0.5}}
      """;

  private static SparkSession spark;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Shards, partial sums and the averager against a plain loop over all rows in float64. */
  @Test
  void trainingIsGradientDescentOnTheWholeBatch() {
    Job job = Job.parse(DIGITS, "job").with("train.batchSize", "5000").with("train.l2", "0.3");
    var result = trainer(job).train();
    float[] trained = TrainedModel.load(spark, result.directory()).weights().parameters();

    Preparation preparation = Preparation.of(spark, job, null);
    PackedSplits splits = preparation.pack(2);
    Batch all = whole(splits, preparation.network());
    double[] expected = descend(preparation.network(), all, 3, 0.5, 0.3);
    splits.unpersist();
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    assertEquals(expected.length, trained.length);
    double squares = 0;
    for (Layout.Entry entry : preparation.network().layout().entries()) {
      for (int i = entry.offset(); i < entry.end() && entry.spec().decayed(); i++) {
        squares += (double) trained[i] * trained[i];
      }
    }
    double cost = 0.3 / (2 * all.rows()) * squares;
    assertEquals(cost, result.scores().get("trainL2Cost"), 1e-9 * cost);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], trained[i], 1e-5 * largest, "parameter " + i);
    }
  }

  private static double[] descend(Network network, Batch batch, int steps, double rate, double l2) {
    Layout layout = network.layout();
    INDArray flat = Nd4j.createFromArray(layout.initialValues(1)).castTo(DataType.DOUBLE);
    INDArray state = Nd4j.zeros(DataType.DOUBLE, 1);
    for (int step = 0; step < steps; step++) {
      INDArray gradient = flat.mul(0);
      network.lossAndGradient(
          batch,
          Parameters.of(flat, layout, state, network.stateLayout()),
          Parameters.of(gradient, layout, state.dup(), network.stateLayout()),
          Tape.training(new PortableKernels(), 1, 0, step, 0));
      for (Layout.Entry entry : layout.entries()) {
        for (int i = entry.offset(); i < entry.end(); i++) {
          double decay = entry.spec().decayed() ? l2 * flat.getDouble(i) : 0;
          double mean = (gradient.getDouble(i) + decay) / batch.rows();
          flat.putScalar(i, flat.getDouble(i) - rate * mean);
        }
      }
    }
    return flat.data().asDouble();
  }

  private static Batch whole(PackedSplits splits, Network network) {
    List<PackedBlock> blocks = LocalSpark.blocks(splits.train());
    int rows = blocks.stream().mapToInt(PackedBlock::rows).sum();
    int width = network.input().shape().size();
    double[] features = new double[rows * width];
    float[] targets = new float[rows];
    float[] weights = new float[rows];
    int at = 0;
    for (PackedBlock block : blocks) {
      for (int row = 0; row < block.rows(); row++, at++) {
        for (int j = 0; j < width; j++) {
          features[at * width + j] = (block.features()[block.featuresFrom(row) + j] & 0xFF) / 16.0;
        }
        targets[at] = block.targets()[row];
        weights[at] = 1;
      }
    }
    INDArray x = Nd4j.create(features, network.input().shape().batch(rows), 'c');
    return new Batch(Value.of(x), targets, weights);
  }

  @Test
  void theBestEpochsWeightsAreKeptAndPatienceEndsTheRun() {
    Job job =
        Job.parse(DIGITS, "job")
            .with("train.epochs", "40")
            .with("train.schedule", "{constant: 3.0}")
            .with("train.keepBest", "devLoss")
            .with("train.earlyStopping", "{metric: devLoss, patience: 2}");
    var result = trainer(job).train();
    var best =
        result.history().stream()
            .min(Comparator.comparing(epoch -> epoch.scores().get("devLoss")))
            .orElseThrow();
    assertEquals(best.epoch(), result.keptEpoch());
    assertEquals(best.scores().get("devLoss"), result.scores().get("devLoss"));
    assertTrue(result.stoppedEarly(), result.history().toString());
    assertEquals(best.epoch() + 2, result.epochs());
  }

  @Test
  void aPlateauReducesTheLearningRate() {
    Job job =
        Job.parse(DIGITS, "job")
            .with("train.epochs", "6")
            .with(
                "train.schedule",
                "{reduceOnPlateau: {initialRate: 0.4, factor: 0.5, patience: 1, minDelta: 100}}");
    var rates = trainer(job).train().history().stream().map(TrainingListener.Epoch::learningRate);
    assertEquals(List.of(0.4, 0.4, 0.2, 0.1, 0.05, 0.025), rates.toList());
  }

  @Test
  void aLossThatIsNoLongerFiniteStopsTheRunAndKeepsTheLastCheckpoint() {
    Job job =
        Job.parse(DIGITS, "job")
            .with("model.layers[1].dense.activation", "relu")
            .with("checkpoint.everySteps", "100")
            .with("train.schedule", "{piecewise: {boundaries: [1], rates: [0.1, 1e30]}}");
    var e = assertThrows(InvarException.class, () -> trainer(job).train());
    assertTrue(
        e.getMessage()
            .matches(
                "step \\d+ \\(epoch 2\\): expected finite values, found NaN or infinity, first in"
                    + " (layer \\w+ of shard \\d|parameter [\\w.]+)\\. The checkpoint of step \\d+ is"
                    + " kept in .*"),
        e.getMessage());
    assertTrue(Files.exists(directory.resolve("run/checkpoints")));
    assertFalse(Files.exists(directory.resolve("run/summary.json")));
  }

  @Test
  void aFinishedRunThatIsResumedDoesNothing() throws Exception {
    Job job = Job.parse(DIGITS, "job");
    TrainingResult first = trainer(job).train();
    var before = Files.getLastModifiedTime(directory.resolve("run/summary.json"));
    List<TrainingResult> told = new ArrayList<>();
    TrainingResult again =
        trainer(job)
            .mode(Mode.RESUME)
            .listener(
                new TrainingListener() {
                  @Override
                  public void step(Step step) {
                    throw new AssertionError("a step was taken");
                  }

                  @Override
                  public void alreadyFinished(TrainingResult result) {
                    told.add(result);
                  }
                })
            .train();
    assertEquals(List.of(again), told);
    assertEquals(first.scores(), again.scores());
    assertEquals(first.history().size(), again.history().size());
    assertEquals(before, Files.getLastModifiedTime(directory.resolve("run/summary.json")));
  }

  @Test
  void aRunThatHasNothingToGoOnFromSaysSo() {
    var starts = new Starts();
    trainer(Job.parse(DIGITS, "job")).mode(Mode.RESUME).listener(starts).train();
    assertEquals(List.of(0L), starts.from);
    String warning = "run has no checkpoint to go on from: the run begins at its first step.";
    assertTrue(
        starts.warnings.stream().anyMatch(each -> each.endsWith(warning)),
        starts.warnings.toString());
  }

  @Test
  void otherDataThanTheCheckpointsIsRefused() throws Exception {
    Path csv = directory.resolve("data.csv");
    Files.writeString(csv, table(60));
    String text =
        """
        name: table
        data: {train: {format: csv, path: %s}, label: y}
        model: {layers: [dense: 2]}
        loss: softmaxCrossEntropy
        train: {epochs: 1, optimizer: sgd, schedule: {constant: 0.1}}
        """
            .formatted(csv);
    Job job = Job.parse(text, "job");
    trainer(job).train();
    Files.delete(directory.resolve("run/summary.json"));
    Files.writeString(csv, table(60).replace("3.5,1", "3.25,1"));
    var e = assertThrows(InvarException.class, () -> trainer(job).mode(Mode.RESUME).train());
    assertTrue(e.getMessage().contains("The data has changed since the run was started"));
  }

  private static String table(int rows) {
    StringBuilder csv = new StringBuilder("a,b,y\n");
    for (int i = 0; i < rows; i++) {
      csv.append("%d,%s,%d\n".formatted(i % 7, i / 2.0, i % 2));
    }
    return csv.toString();
  }

  @Test
  void aMetricThatTheRunDoesNotHaveIsRefusedWithThoseThatItHas() {
    Job job = Job.parse(DIGITS, "job");
    var e =
        assertThrows(InvarException.class, () -> job.with("train.keepBest", "devRmse").settings());
    assertTrue(e.getMessage().contains("train.keepBest"), e.getMessage());
    assertTrue(e.getMessage().contains("devAccuracy"), e.getMessage());
  }

  @Test
  void batchNormInShardsOfOneRowIsRefusedBeforeTraining() {
    Job job =
        Job.parse(DIGITS, "job")
            .with("model.layers", "[flatten, dense: 20, batchNorm, activate: relu, dense: 10]")
            .with("train.batchSize", "8")
            .with("train.shards", "8");
    var e = assertThrows(InvarException.class, () -> trainer(job).train());
    assertTrue(e.getMessage().contains("expected at least 2 rows of every shard"), e.getMessage());
  }

  @Test
  void rowsOfAProgramTrainARegressionAndAreScored() {
    StructType schema =
        new StructType()
            .add("x", DataTypes.DoubleType)
            .add("kind", DataTypes.StringType)
            .add("y", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      double x = i / 200.0 - 1;
      String kind = i % 2 == 0 ? "up" : "down";
      rows.add(RowFactory.create(x, kind, (i % 2 == 0 ? 3 : -3) * x + 1));
    }
    Dataset<Row> data = spark.createDataFrame(rows, schema);
    Job job =
        Job.parse(
            """
            name: line
            data: {train: {format: dataset}, label: y, oneHot: [kind], standardize: true}
            model: {layers: [dense: {units: 16, activation: relu}, dense: 1]}
            loss: meanSquaredError
            train: {epochs: 30, batchSize: 80, optimizer: adam, schedule: {constant: 0.05}}
            """,
            "job");
    var result = trainer(job).data(data).train();
    assertTrue(result.scores().get("trainRmse") < 0.1, result.scores().toString());
    Dataset<Row> scored = TrainedModel.load(spark, result.directory()).predict(data);
    assertEquals(400, scored.count());
    assertArrayEquals(new String[] {"x", "kind", "y", "prediction"}, scored.columns());
    double worst = scored.selectExpr("max(abs(prediction - y))").first().getDouble(0);
    assertTrue(worst < 0.6, "worst " + worst);
  }

  @Test
  void classWeightsBalanceUnevenClasses() {
    Map<String, Double> plain = unevenScores("");
    Map<String, Double> balanced = unevenScores(", classWeights: balanced");
    // Nine of ten rows are of class 0, and the classes overlap: without weights class 1 loses.
    assertTrue(
        balanced.get("trainRecall") > plain.get("trainRecall") + 0.05, plain + " and " + balanced);
  }

  private Map<String, Double> unevenScores(String weights) {
    List<Row> rows = new ArrayList<>();
    var random = CounterRandom.of(1);
    for (int i = 0; i < 2000; i++) {
      int y = i % 10 == 0 ? 1 : 0;
      rows.add(RowFactory.create(random.nextGaussian() + 1.5 * y, y));
    }
    StructType schema =
        new StructType().add("x", DataTypes.DoubleType).add("y", DataTypes.IntegerType);
    Job job =
        Job.parse(
            """
            name: uneven
            data: {train: {format: dataset}, label: y%s}
            model: {layers: [dense: 2]}
            loss: softmaxCrossEntropy
            train: {epochs: 5, batchSize: 100, optimizer: adam, schedule: {constant: 0.05}}
            """
                .formatted(weights),
            "job");
    return trainer(job)
        .mode(Mode.OVERWRITE)
        .data(spark.createDataFrame(rows, schema))
        .train()
        .scores();
  }

  /** Mini-batches of one row, most of which weigh nothing: those change nothing. */
  @Test
  void rowsOfWeightZeroChangeNothing() {
    StructType schema =
        new StructType()
            .add("x", DataTypes.DoubleType)
            .add("w", DataTypes.DoubleType)
            .add("y", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean counts = i % 4 == 0;
      rows.add(RowFactory.create(i / 20.0 - 1, counts ? 1.0 : 0.0, counts ? 2.0 : -1e6));
    }
    Job job =
        Job.parse(
            """
            name: weighted
            data: {train: {format: dataset}, label: y, weight: w}
            model: {layers: [dense: 1]}
            loss: meanSquaredError
            train: {epochs: 10, batchSize: 1, optimizer: sgd, schedule: {constant: 0.2}}
            """,
            "job");
    var result = trainer(job).data(spark.createDataFrame(rows, schema)).train();
    float[] learnt = TrainedModel.load(spark, result.directory()).weights().parameters();
    assertEquals(0, learnt[0], 0.05, "slope");
    assertEquals(2, learnt[1], 0.05, "bias");
  }

  @ParameterizedTest
  @CsvSource({"gang", "driver"})
  void metricsSayWhereTheTimeOfAStepGoes(String exchange) throws Exception {
    trainer(Job.parse(DIGITS, "job").with("train.exchange", exchange)).train();
    GangRuns.assertTimings(directory.resolve("run"));
  }

  private Trainer trainer(Job job) {
    return Trainer.of(spark, job).directory(directory.resolve("run").toString());
  }
}
