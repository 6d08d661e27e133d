package org.invar.trials;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.InvarException;
import org.invar.compute.KernelFingerprint;
import org.invar.config.Job;
import org.invar.exchange.Executors;
import org.invar.exchange.Fingerprints;
import org.invar.exchange.Gangs;
import org.invar.exchange.SharedExecutors;
import org.invar.exchange.Stopwatch;
import org.invar.prepare.Preparation;
import org.invar.prepare.WatchedScores;
import org.invar.rows.SharedShards;
import org.invar.rows.Shipped;
import org.invar.source.PackedDataset;
import org.invar.source.PackedSplits;
import org.invar.source.Split;
import org.invar.train.Reports;
import org.invar.train.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many trainings on data that is packed once: the trials of a search.
 *
 * <p>A trial is an ordinary run in a directory of its own, with the bits of that run: it may be
 * trained in parts, each wherever there is a core. All have the shards of the job that the data was
 * packed for. Any thread may train a trial.
 */
public final class Trials implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trials.class);

  /** A broadcast has about this many bytes: serializers have bounds. */
  private static final long PART_BYTES = 16 << 20;

  private final JavaSparkContext spark;
  private final Configuration hadoop;
  private final Preparation preparation;
  private final PackedSplits splits;
  private final TrialRun.Common common;
  private final Broadcast<Shipped<TrialRun.Common>> shared;
  private final Broadcast<SerializableConfiguration> configuration;
  private final SharedExecutors executors = new SharedExecutors();
  private final Map<String, List<Broadcast<byte[][]>>> blocks = new LinkedHashMap<>();

  private Trials(
      JavaSparkContext spark,
      Preparation preparation,
      PackedSplits splits,
      TrialRun.Common common) {
    this.spark = spark;
    this.hadoop = spark.hadoopConfiguration();
    this.preparation = preparation;
    this.splits = splits;
    this.common = common;
    this.shared = spark.broadcast(Shipped.of(common));
    this.configuration = spark.broadcast(new SerializableConfiguration(hadoop));
  }

  /**
   * Reads, checks and packs the data of a job.
   *
   * @param rows the training rows where the job's format is {@code dataset}, else null
   * @param inTasks whether trials will be trained in tasks; otherwise by gangs
   * @param notice hears what the user should know
   */
  public static Trials pack(
      SparkSession session,
      Job job,
      @Nullable Dataset<Row> rows,
      boolean inTasks,
      Consumer<String> notice) {
    var spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    if (!inTasks) {
      Gangs.check(spark);
    }
    Preparation preparation = Preparation.of(session, job, rows);
    preparation.notes().forEach(notice);
    Executors.checkTaskCpus(spark);
    // First: a job waits for executors, and only then is the parallelism that of the cluster.
    KernelFingerprint fingerprint = Fingerprints.of(spark, job);
    boolean gang = !inTasks && !spark.isLocal();
    PackedSplits splits =
        preparation.pack(gang ? Gangs.awaitExecutors(spark, notice) : spark.defaultParallelism());
    splits.notes().forEach(notice);
    try {
      var contents = splits.contents();
      preparation.check(contents).forEach(notice);
      var common =
          new TrialRun.Common(
              job.name() + "-" + UUID.randomUUID(),
              contents,
              contents.hashes(),
              fingerprint,
              job.binder());
      Trials trials = new Trials(spark, preparation, splits, common);
      if (inTasks) {
        trials.broadcast();
      }
      return trials;
    } catch (RuntimeException | Error e) {
      splits.unpersist();
      throw e;
    }
  }

  /** Every executor needs all rows: it fetches them once, from the driver and from others. */
  private void broadcast() {
    for (Split split : Split.values()) {
      PackedDataset data = splits.of(split);
      if (data != null) {
        List<Broadcast<byte[][]>> parts = new ArrayList<>();
        List<byte[]> part = new ArrayList<>();
        long bytes = 0;
        for (Iterator<byte[]> all = data.blocks().toLocalIterator(); all.hasNext(); ) {
          byte[] block = all.next();
          part.add(block);
          bytes += block.length;
          if (bytes >= PART_BYTES || !all.hasNext()) {
            parts.add(spark.broadcast(part.toArray(byte[][]::new)));
            part.clear();
            bytes = 0;
          }
        }
        blocks.put(split.label(), parts);
      }
    }
    splits.unpersist();
  }

  /** Returns V, which all trials have. */
  public int shards() {
    return common.contents().shardRows().length;
  }

  /** Returns what the scores of all trials come from. */
  public TrialsIdentity identity() {
    return new TrialsIdentity(common.contents().splits(), common.fingerprint());
  }

  /** Returns the lines of the rows that were left out, as a run has them beside it. */
  public String skipped() {
    return Reports.skipped(splits.skipped());
  }

  /**
   * Refuses a trial whose network cannot be built, whose data would be packed in another way, that
   * watches what it does not have, or in which a batch is too small.
   *
   * @param folds how often it is trained, each time without the rows of some shards
   * @return the number of its parameters
   */
  public int check(Job job, int folds) {
    Preparation trial = preparation.with(job);
    for (int fold = 0; fold < folds; fold++) {
      trial.check(TrialRun.fold(common.contents(), fold, folds));
    }
    return trial.network().layout().length();
  }

  /**
   * Returns the names of the scores that every epoch of the job has.
   *
   * @param folds whether trials have a dev set even where the job has none
   */
  public List<String> metrics(boolean folds) {
    return WatchedScores.metrics(preparation.network(), folds || splits.dev() != null);
  }

  /**
   * Trains a trial inside one Spark task; the calling thread waits for it. What is not the trial's
   * own fails the Spark job.
   */
  public TrialPart inTask(Trial trial) {
    var task = new TrialTask(shared, configuration, blocks, Shipped.of(trial));
    Stopwatch watch = new Stopwatch();
    try {
      return spark.parallelize(List.of(0), 1).map(task).collect().get(0).value();
    } catch (Exception e) { // Spark's own is checked, and not declared.
      TrialFailure own = TrialFailure.ofJob(e);
      if (own == null) {
        throw e;
      }
      return TrialPart.failed(own, watch.seconds(), "lost");
    }
  }

  /**
   * Trains a trial by a gang of executors; the calling thread leads it.
   *
   * @param parallel how many trials share the executors
   * @param listener hears of the run, and, as a warning on this thread, of a wait for executors
   * @throws InvarException when what went wrong is not the trial's own
   * @throws IOException when the trial's directory cannot be read or written
   */
  public TrialPart byGang(Trial trial, int parallel, TrainingListener listener) throws IOException {
    Stopwatch watch = new Stopwatch();
    try {
      return new TrialRun(common, trial, hadoop, "gang")
          .train(
              (plan, contents, job) ->
                  new Gangs(
                      spark,
                      plan,
                      splits,
                      job.settings().train(),
                      hadoop,
                      listener::warning,
                      parallel,
                      executors),
              1,
              listener);
    } catch (InvarException e) {
      TrialFailure own = Thread.currentThread().isInterrupted() ? null : TrialFailure.of(e);
      if (own == null) {
        throw e;
      }
      return TrialPart.failed(own, watch.seconds(), "gang");
    }
  }

  /** Returns the tasks that all executors can run at once. */
  public int slots() {
    int cores = new Executors(spark).cores();
    return Math.max(1, cores / Math.max(1, spark.getConf().getInt("spark.task.cpus", 1)));
  }

  /** Returns how many gangs there is something to run on for: a gang takes whole executors. */
  public int gangs() {
    var executors = new Executors(spark);
    return Math.max(1, spark.isLocal() ? executors.localCores() : executors.alive().size());
  }

  /**
   * Lets executors forget the data; those that are not reached let go when they need memory. A
   * thread that is interrupted waits for none.
   */
  @Override
  public void close() {
    splits.unpersist();
    String id = common.id();
    int tasks = Math.max(1, spark.defaultParallelism());
    try {
      if (!spark.sc().isStopped()) {
        if (!Thread.currentThread().isInterrupted()) {
          spark
              .parallelize(Collections.nCopies(tasks, 0), tasks)
              .foreach(task -> SharedShards.release(id));
        }
        blocks.values().forEach(parts -> parts.forEach(part -> part.destroy()));
        shared.destroy();
        configuration.destroy();
      }
    } catch (RuntimeException e) {
      LOG.info("the data of {} could not be released everywhere", id, e);
    }
  }
}
