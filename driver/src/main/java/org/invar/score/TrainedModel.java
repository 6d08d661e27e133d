package org.invar.score;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.ModelDirectory;
import org.invar.checkpoint.RunDirectory;
import org.invar.config.Vocabulary;
import org.invar.config.bind.Binder;
import org.invar.config.yaml.YamlDocument;
import org.invar.config.yaml.YamlText;
import org.invar.data.Shards;
import org.invar.nn.Network;
import org.invar.rows.Shipped;
import org.invar.source.BadRows;
import org.invar.source.Input;
import org.invar.source.PackedDataset;
import org.invar.source.Packer;
import org.invar.source.Preprocessing;
import org.invar.source.RowEncoder;
import org.invar.source.Split;
import org.invar.storage.Json;
import org.invar.tensor.Weights;

/**
 * A trained network with its weights and the preprocessing that it was trained with: scores tables
 * of any size.
 *
 * <p>Immutable; predictions are lazy, as Spark's transformations are.
 */
public final class TrainedModel {
  private final SparkSession spark;
  private final String directory;
  private final Binder binder;
  private final Network network;
  private final Preprocessing preprocessing;
  private final Weights weights;

  private TrainedModel(
      SparkSession spark,
      String directory,
      Binder binder,
      Network network,
      Preprocessing preprocessing,
      Weights weights) {
    this.spark = spark;
    this.directory = directory;
    this.binder = binder;
    this.network = network;
    this.preprocessing = preprocessing;
    this.weights = weights;
  }

  /**
   * Reads the model of a finished run.
   *
   * @param directory the run's directory, of any Hadoop file system
   * @throws InvarException when there is no model, or a file of it is damaged
   */
  public static TrainedModel load(SparkSession spark, String directory) {
    return load(spark, directory, Vocabulary.standard());
  }

  /**
   * Reads the model of a finished run with layers of the caller's own.
   *
   * @param binder knows the names of all layers in the model
   */
  public static TrainedModel load(SparkSession spark, String directory, Binder binder) {
    try {
      Path path = new Path(directory, "model");
      var model = ModelDirectory.open(path, spark.sparkContext().hadoopConfiguration());
      YamlDocument recorded =
          YamlDocument.recorded(model.architecture(), path + "/architecture.yaml");
      Architecture architecture = binder.bind(recorded, Architecture.class);
      Preprocessing preprocessing = model.preprocessing(Preprocessing.class);
      ModelCheck.check(architecture.input(), preprocessing, path.toString());
      Network network = architecture.network(preprocessing.lengths(), recorded.place("layers"));
      Weights weights = model.weights(network.layout(), network.stateLayout());
      return new TrainedModel(spark, directory, binder, network, preprocessing, weights);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(directory, e);
    }
  }

  private static InvarException unreadable(String directory, Exception cause) {
    return new InvarException(
        "run \"" + directory + "\": cannot be read: " + cause + ". Check the path and its rights.",
        cause);
  }

  /** Writes {@code model/} of a run. */
  public static void write(
      RunDirectory run,
      Configuration hadoop,
      Binder binder,
      Network network,
      Preprocessing preprocessing,
      Weights weights)
      throws IOException {
    run.requireClaim();
    ModelDirectory.write(
        run.model(),
        hadoop,
        YamlText.render(binder.tree(Architecture.of(network))),
        Json.MAPPER.valueToTree(preprocessing),
        network.layout(),
        network.stateLayout(),
        weights);
  }

  /** Returns layers and loss. */
  public Network network() {
    return network;
  }

  /** Returns how rows become the network's inputs. */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** Returns the weights themselves; leave them as they are. */
  public Weights weights() {
    return weights;
  }

  /**
   * Returns the rows with the columns {@code prediction} and, for classes, {@code probability}: see
   * {@link Predictions}.
   *
   * @throws InvarException when a column that the model needs is missing or of another type; rows
   *     that cannot be used are named when the result is computed
   */
  public Dataset<Row> predict(Dataset<Row> rows) {
    return predict(Input.of(rows));
  }

  /**
   * Returns the same with other names of the columns that are added.
   *
   * @param prefix what stands in front of {@code prediction} and {@code probability}
   */
  public Dataset<Row> predict(Dataset<Row> rows, String prefix) {
    return predict(Input.of(rows), prefix);
  }

  /** Returns the rows of a source with predictions; pictures' pixels are left out. */
  public Dataset<Row> predict(Input input) {
    return predict(input, "");
  }

  /** Returns the rows of a source with predictions whose names begin with a prefix. */
  public Dataset<Row> predict(Input input, String prefix) {
    Dataset<Row> asTheyAre = input.located();
    Dataset<Row> located = PlainDates.cast(asTheyAre, PlainDates.without(asTheyAre.schema()));
    RowEncoder encoder = RowEncoder.unlabeled(preprocessing, input, located.schema());
    Predictions predictions =
        Predictions.of(asTheyAre.schema(), input.kept(), preprocessing, network, prefix);
    Broadcast<Shipped<Weights>> broadcast = context().broadcast(Shipped.of(weights));
    Dataset<Row> scored =
        spark.createDataFrame(
            located
                .toJavaRDD()
                .mapPartitions(rows -> predictions.of(rows, encoder, broadcast.value().value())),
            PlainDates.without(predictions.schema()));
    return PlainDates.cast(scored, predictions.schema());
  }

  /**
   * Scores rows that have labels.
   *
   * @throws InvarException when a column that the model was trained with is missing or of another
   *     type, when a row cannot be used, or when there is none
   */
  public Evaluation evaluate(Dataset<Row> rows) {
    return evaluate(Input.of(rows));
  }

  /** Scores the rows of a source that has labels; fails as {@link #evaluate(Dataset)}. */
  public Evaluation evaluate(Input input) {
    // Rows are identified by their content: the id column of training is nothing that these need.
    return score(
        Packer.packAll(
            preprocessing.withoutId(),
            input,
            BadRows.ERROR,
            0,
            rows -> Shards.auto(Integer.MAX_VALUE, rows),
            context().defaultParallelism()));
  }

  /**
   * Scores a split of the data that the model was trained with: reads it again, and returns to the
   * last bit what {@code summary.json} says, unless the data has changed since.
   *
   * @param settings {@code key=value} each, which replace some of the run's: secrets, which it has
   *     not kept, or paths
   * @throws InvarException when the run has no such split, is not finished, or its data cannot be
   *     read again
   */
  public Evaluation evaluate(Split split, String... settings) {
    try {
      return score(RunData.open(spark, directory, binder, settings).pack(split, preprocessing));
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  /**
   * Returns the splits of the data that the model was trained with, those that decide more last.
   *
   * @throws InvarException when the directory has the model alone, without its job
   */
  public List<Split> splits() {
    try {
      return RunData.open(spark, directory, binder).splits();
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  private Evaluation score(PackedDataset data) {
    try {
      return Evaluator.evaluate(context(), network, preprocessing, weights, data);
    } finally {
      data.unpersist();
    }
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }
}
