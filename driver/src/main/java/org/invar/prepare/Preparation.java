package org.invar.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.compute.MemoryNeed;
import org.invar.compute.ProcessMemory;
import org.invar.config.ClassWeights;
import org.invar.config.DataSettings;
import org.invar.config.ExchangeKind;
import org.invar.config.Holdout;
import org.invar.config.Job;
import org.invar.data.BatchPlan;
import org.invar.loss.Loss;
import org.invar.nn.Network;
import org.invar.optim.Optimizer;
import org.invar.source.ClassFactors;
import org.invar.source.Columns;
import org.invar.source.Contents;
import org.invar.source.DataSource;
import org.invar.source.DescribedColumn;
import org.invar.source.Input;
import org.invar.source.PackedDataset;
import org.invar.source.PackedSplits;
import org.invar.source.Packer;
import org.invar.source.Packing;
import org.invar.source.Preprocessing;
import org.invar.source.Profile;
import org.invar.source.Split;
import org.invar.source.SplitTally;
import org.invar.source.Targets;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.jspecify.annotations.Nullable;

/** From a job to its network and its packed data. Used by one thread. */
public final class Preparation {
  /** The format of a training source that a program hands over as a dataset. */
  public static final String GIVEN = "dataset";

  private final SparkSession spark;
  private final Job job;
  private final Input train;
  private final @Nullable Input dev;
  private final @Nullable Input test;
  private final Preprocessing schema;
  private final Network network;

  private Preparation(
      SparkSession spark,
      Job job,
      Input train,
      @Nullable Input dev,
      @Nullable Input test,
      Preprocessing schema,
      Network network) {
    this.spark = spark;
    this.job = job;
    this.train = train;
    this.dev = dev;
    this.test = test;
    this.schema = schema;
    this.network = network;
  }

  /**
   * Opens the sources and builds the network for the training one; goes through its rows where
   * types, categories and classes are found in them alone.
   *
   * @param given the training rows where the job's format is {@code dataset}, else null
   * @throws InvarException when source, columns, layers or loss cannot be used
   */
  public static Preparation of(SparkSession spark, Job job, @Nullable Dataset<Row> given) {
    Input train = open(spark, job, "data.train", job.settings().data().train(), given);
    Packing unknown = packing(job, null);
    // What does not go together is refused before any row is read, where that can be known.
    boolean categories = !unknown.columns().oneHot().isEmpty();
    Profile first =
        categories ? at(job, "data", () -> Packer.profile(train, unknown)) : Profile.none();
    Shape shape = at(job, "data", () -> Packer.shape(train, unknown, first));
    Network network = JobNetwork.of(job, shape);
    Packing packing = packing(job, network);
    new WatchedScores(job.settings().train()).check(job, network);
    DataSettings data = job.settings().data();
    Input dev = own(spark, job, "data.dev", data.dev(), train.reading());
    Input test = own(spark, job, "data.test", data.test(), train.reading());
    Preprocessing schema =
        at(
            job,
            "data",
            () -> {
              Profile found = categories ? first : Packer.profile(train, packing);
              return Packer.schema(train, packing, found);
            });
    return new Preparation(spark, job, train, dev, test, schema, network);
  }

  /**
   * Prepares another job on the same data, without looking at the source.
   *
   * @throws InvarException when its data would be packed in another way, or its network or what it
   *     watches cannot be used
   */
  public Preparation with(Job other) {
    Network built = JobNetwork.of(other, schema.shape());
    boolean same =
        other.settings().data().equals(job.settings().data())
            && packing(other, built).equals(packing(job, network));
    if (!same) {
      throw other.wrong(
          "loss",
          "targets as " + job.settings().loss() + " takes them, since the data is packed already",
          other.settings().loss() + " of " + built.output().shape(),
          "Leave data, loss, outputs and train.seed as they are.");
    }
    new WatchedScores(other.settings().train()).check(other, built);
    return new Preparation(spark, other, train, dev, test, schema, built);
  }

  private static int outputs(Job job, Network network) {
    return targets(job.settings().loss()) == Targets.CLASSES
        ? network.output().shape().get(-1)
        : network.targetWidth();
  }

  /** Labels have an entry a step where the loss is one of every step. */
  private static int steps(Job job, Network network) {
    boolean everyStep =
        switch (job.settings().loss().targetKind()) {
          case CLASSES -> true;
          case NUMBERS -> job.settings().data().lengths();
          case DISTRIBUTIONS, YES_OR_NO -> false;
        };
    Type output = network.output();
    return everyStep && output.sequence() ? output.shape().get(0) : 0;
  }

  /** Returns the layers and the loss. */
  public Network network() {
    return network;
  }

  /** Returns what the user should know of the sources before their rows are read. */
  public List<String> notes() {
    return Stream.of(train, dev, test)
        .flatMap(input -> input == null ? Stream.of() : input.notes().stream())
        .distinct()
        .toList();
  }

  /** Returns every column of the training source with its role and statistics. */
  public List<DescribedColumn> columns() {
    return at(job, "data", () -> DescribedColumn.of(train, schema));
  }

  /** Returns what is known of the columns before the rows are read. */
  public Preprocessing schema() {
    return schema;
  }

  /**
   * Reads, checks and packs all splits.
   *
   * @param mostPartitions the most tasks that a step should have
   */
  public PackedSplits pack(int mostPartitions) {
    return at(
        job,
        "data",
        () ->
            Packer.pack(
                packing(job, network), schema, train, dev, test, sharding(), mostPartitions));
  }

  /**
   * What follows from the job and the number of its rows.
   *
   * @param rows of the training split
   * @param shards V
   * @param stepsPerEpoch mini-batches of an epoch
   * @param rowsOfShardAndBatch the most rows that one shard has in a batch, about
   * @param notes what the user should know of the rows, a sentence each
   */
  public record Explanation(
      long rows, int shards, long stepsPerEpoch, int rowsOfShardAndBatch, List<String> notes) {}

  /** Reads and checks the rows, and returns what follows from their number. */
  public Explanation explain() {
    int cores = spark.sparkContext().defaultParallelism();
    PackedSplits splits = pack(cores);
    try {
      long[] shardRows = splits.train().shardRows();
      check(splits.contents());
      int batchSize = job.settings().train().batchSize();
      int rows = Math.max(1, (int) Math.ceil((double) batchSize / shardRows.length));
      return new Explanation(
          splits.train().rows(),
          shardRows.length,
          BatchPlan.of(shardRows, batchSize).steps(),
          rows,
          Stream.concat(splits.notes().stream(), sharding().notes(shardRows, cores).stream())
              .toList());
    } finally {
      splits.unpersist();
    }
  }

  private Sharding sharding() {
    return new Sharding(network, job.settings().train());
  }

  /**
   * Refuses data on which the run would learn nothing or watch what has no value.
   *
   * @return what has no value and is not watched: a sentence each
   * @throws InvarException naming the setting
   */
  public List<String> check(Contents contents) {
    checkBatches(contents.shardRows());
    SplitTally train = contents.tallies().get(Split.TRAIN);
    if (train != null && train.weighted() == 0) {
      throw job.wrong(
          "data.weight",
          "a weight above 0 in some row of the train split",
          "0 in all of " + train.rows(),
          "Correct the column, or leave data.weight out.");
    }
    return new WatchedScores(job.settings().train()).check(job, contents);
  }

  /**
   * Refuses rows that differ from those that a run was trained on.
   *
   * @param place the run, for the message
   * @param fitted what its model was trained with
   * @param before {@link SplitTally#json} of them
   */
  public void checkUnchanged(String place, Preprocessing fitted, JsonNode before) {
    ObjectNode now =
        SplitTally.json(
            at(job, "data", () -> Packer.count(packing(job, network), fitted, train, dev, test)));
    for (Map.Entry<String, JsonNode> split : before.properties()) {
      JsonNode found = now.path(split.getKey());
      if (!found.path("hash").equals(split.getValue().path("hash"))) {
        throw InvarException.of(
            place + ", " + split.getKey(),
            shown(split.getValue()),
            shown(found),
            "The data has changed since the run was trained: put it back, or start again with"
                + " --overwrite.");
      }
    }
  }

  private static String shown(JsonNode split) {
    return split.path("rows").asLong() + " rows with hash " + split.path("hash").asText("none");
  }

  /**
   * Refuses a network for whose training this process does not have the memory, whatever the data.
   *
   * @param notice hears where it is hardly enough
   */
  public void checkMemory(Consumer<String> notice) {
    Optimizer optimizer = job.settings().train().optimizer();
    MemoryNeed need =
        job.settings().train().exchange() == ExchangeKind.DRIVER
            ? MemoryNeed.ofAverager(network, optimizer)
            : spark.sparkContext().isLocal()
                ? MemoryNeed.atLeast(network, optimizer)
                : MemoryNeed.ofModel(network);
    ProcessMemory memory = ProcessMemory.current();
    need.require(job.place("model"), memory);
    need.tight(memory).ifPresent(notice);
  }

  /**
   * Refuses a run in which a shard's part of some batch is too small for a layer.
   *
   * @param shardRows the training rows of each shard
   */
  private void checkBatches(long[] shardRows) {
    int least = network.leastRows();
    BatchPlan plan = BatchPlan.of(shardRows, job.settings().train().batchSize());
    int[] from = plan.starts(0);
    for (long b = 0; least > 1 && b < plan.steps(); b++) {
      if (Thread.currentThread().isInterrupted()) {
        throw InvarException.interrupted(new InterruptedException());
      }
      int[] to = plan.starts(b + 1);
      for (int shard = 0; shard < from.length; shard++) {
        int rows = to[shard] - from[shard];
        if (rows > 0 && rows < least) {
          throw job.wrong(
              "train.batchSize",
              "at least " + least + " rows of every shard in every batch, for batchNorm",
              rows + " of shard " + shard + " in batch " + (b + 1) + " of " + plan.steps(),
              "Use another batchSize, fewer shards (train.shards), or batchNorm in front of flatten.");
        }
      }
      from = to;
    }
  }

  /**
   * Packs one split of a job's data as training did.
   *
   * @param fitted what the model was trained with
   * @param shards V
   * @param partitions the most tasks that an evaluation should have
   * @throws InvarException when the data cannot be read, or were given by a program
   */
  public static PackedDataset pack(
      SparkSession spark, Job job, Preprocessing fitted, Split split, int shards, int partitions) {
    DataSettings data = job.settings().data();
    Holdout holdout = split == Split.DEV ? data.dev() : data.test();
    if (split != Split.TRAIN && holdout instanceof Holdout.Source own) {
      DataSource source = own.source().readAs(fitted.reading());
      Input input = open(spark, job, "data." + split.label(), source, null);
      long seed = job.settings().train().seed();
      return Packer.packAll(fitted, input, data.badRows(), seed, rows -> shards, partitions);
    }
    if (isGiven(data.train())) {
      throw job.wrong(
          "data.train.format",
          "a source that can be read again",
          GIVEN + ", rows that a program gave",
          "Name the rows to evaluate.");
    }
    DataSource source = data.train().readAs(fitted.reading());
    Input train = open(spark, job, "data.train", source, null);
    return Packer.packSplit(packing(job, null), fitted, train, split, shards, partitions);
  }

  private static @Nullable Input own(
      SparkSession spark,
      Job job,
      String key,
      @Nullable Holdout holdout,
      Map<String, String> reading) {
    return holdout instanceof Holdout.Source own
        ? open(spark, job, key, own.source().readAs(reading), null)
        : null;
  }

  private static Input open(
      SparkSession spark, Job job, String key, DataSource source, @Nullable Dataset<Row> given) {
    boolean wantsGiven = isGiven(source);
    if (wantsGiven && given != null) {
      return Input.of(given);
    }
    if (wantsGiven || given != null) {
      throw job.wrong(
          "data.train.format",
          given == null ? "a source that can be read" : "format " + GIVEN + ", for given rows",
          given == null ? "format " + GIVEN + " and no rows" : "another format beside given rows",
          "Give rows by Trainer.data(…) and write format: " + GIVEN + ", or neither.");
    }
    return at(job, key, () -> Input.open(spark, source));
  }

  /** Puts the setting's place in front of what is wrong with the data that it names. */
  private static <T> T at(Job job, String key, Supplier<T> action) {
    try {
      return action.get();
    } catch (InvarException e) {
      throw new InvarException(job.place(key) + ": " + e.getMessage(), e);
    }
  }

  private static boolean isGiven(DataSource source) {
    return source instanceof DataSource.Table table && table.format().equals(GIVEN);
  }

  /** What the job says about its data, as far as it is known without a network. */
  private static Packing packing(Job job, @Nullable Network network) {
    DataSettings data = job.settings().data();
    Targets targets = targets(job.settings().loss());
    if (data.classWeights() != null && !targets.areClasses()) {
      throw job.wrong(
          "data.classWeights",
          "a loss of classes",
          job.settings().loss().toString(),
          "Leave class weights out, or give each row a weight (data.weight).");
    }
    int steps = network == null ? 0 : steps(job, network);
    if (data.classWeights() != null && steps > 0) {
      throw job.wrong(
          "data.classWeights",
          "one class a row",
          "a class at each of " + steps + " steps",
          "Leave class weights out, or give each row a weight (data.weight).");
    }
    return new Packing(
        new Columns(
            data.features(), data.label(), data.weight(), data.id(), data.oneHot(), data.lengths()),
        targets,
        network == null ? 0 : outputs(job, network),
        steps,
        data.classes(),
        data.shape(),
        data.scale(),
        data.standardize(),
        classFactors(data.classWeights()),
        fraction(data.dev()),
        fraction(data.test()),
        data.badRows(),
        job.settings().train().seed());
  }

  private static ClassFactors classFactors(@Nullable ClassWeights weights) {
    if (weights instanceof ClassWeights.Each each) {
      return new ClassFactors.Given(each.weights());
    }
    return weights == null ? new ClassFactors.Equal() : new ClassFactors.Balanced();
  }

  private static double fraction(@Nullable Holdout holdout) {
    return holdout instanceof Holdout.Split split ? split.fraction() : 0;
  }

  private static Targets targets(Loss loss) {
    return switch (loss.targetKind()) {
      case CLASSES -> Targets.CLASSES;
      case DISTRIBUTIONS -> Targets.DISTRIBUTION;
      case YES_OR_NO -> Targets.BINARY;
      case NUMBERS -> Targets.VALUES;
    };
  }
}
