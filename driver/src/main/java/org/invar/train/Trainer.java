package org.invar.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory;
import org.invar.compute.KernelFingerprint;
import org.invar.compute.OutOfMemory;
import org.invar.compute.RunPlan;
import org.invar.config.ExchangeKind;
import org.invar.config.Job;
import org.invar.config.TrainSettings;
import org.invar.exchange.DriverExchanges;
import org.invar.exchange.Exchanges;
import org.invar.exchange.Executors;
import org.invar.exchange.Fingerprints;
import org.invar.exchange.Gangs;
import org.invar.exchange.JobGroup;
import org.invar.prepare.Preparation;
import org.invar.score.TrainedModel;
import org.invar.source.Contents;
import org.invar.source.PackedSplits;
import org.invar.source.Preprocessing;
import org.invar.source.WrittenFolder;
import org.jspecify.annotations.Nullable;

/**
 * Trains the network of a job on Spark.
 *
 * <pre>{@code
 * Job job = Job.load(Path.of("conf/digits.yaml"));
 * TrainingResult result = Trainer.of(spark, job).directory("runs/digits").train();
 * Dataset<Row> scored = TrainedModel.load(spark, result.directory()).predict(rows);
 * }</pre>
 *
 * <p>The weights that a run ends with depend on the job and the data alone, to the bit: not on
 * cores, executors, partitions, files, nor on where the run was interrupted and resumed.
 *
 * <p>A session of a program's own on {@code local[…]} should have {@code
 * spark.executor.killOnFatalError.depth=0}: else Spark ends the program where a task runs out of
 * memory, instead of an {@link InvarException}. {@code bin/invar} sets it.
 */
public final class Trainer {
  private final SparkSession spark;
  private final Job job;
  private @Nullable Dataset<Row> rows;
  private String directory;
  private RunDirectory.Mode mode = RunDirectory.Mode.NEW;
  private TrainingListener listener;

  private Trainer(SparkSession spark, Job job) {
    this.spark = spark;
    this.job = job;
    this.directory = String.valueOf(job.settings().checkpoint().directory());
    this.listener = new RunLog(job.name());
  }

  /** Returns a trainer whose run goes into the job's {@code checkpoint.directory}. */
  public static Trainer of(SparkSession spark, Job job) {
    return new Trainer(spark, job);
  }

  /**
   * Takes the training rows from a dataset; the job's {@code data.train.format} is {@code dataset}.
   */
  public Trainer data(Dataset<Row> rows) {
    this.rows = rows;
    return this;
  }

  /** Puts the run into that directory, of any Hadoop file system. */
  public Trainer directory(String directory) {
    this.directory = directory;
    return this;
  }

  /** Says what to do with a directory that holds a run already; by default it is refused. */
  public Trainer mode(RunDirectory.Mode mode) {
    this.mode = mode;
    return this;
  }

  /** Lets somebody watch the run; without one, warnings and epochs are logged. */
  public Trainer listener(TrainingListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Trains to the end and writes the model.
   *
   * @throws InvarException when the job, the data or the directory cannot be used, or the loss
   *     stops being finite
   */
  public TrainingResult train() {
    Configuration hadoop = spark.sparkContext().hadoopConfiguration();
    WrittenFolder.of(directory, directory, hadoop).requireApart(job.settings().data().paths());
    try (RunDirectory run = RunDirectory.open(new Path(directory), hadoop, job.yaml(), mode)) {
      return train(run, hadoop);
    }
  }

  private TrainingResult train(RunDirectory run, Configuration hadoop) {
    try {
      Optional<Finished> finished =
          mode == RunDirectory.Mode.RESUME ? finished(run) : Optional.empty();
      Preparation preparation = Preparation.of(spark, job, rows);
      if (finished.isPresent()) {
        // Going on with other data is refused, though nothing is left to do.
        preparation.checkUnchanged(
            run.path().toString(), finished.get().fitted(), finished.get().data());
        listener.alreadyFinished(finished.get().result());
        return finished.get().result();
      }
      return train(preparation, run, hadoop);
    } catch (OutOfMemoryError e) {
      throw OutOfMemory.explained("the driver", e);
    } catch (IOException | UncheckedIOException e) {
      throw new InvarException(
          run.path()
              + ": cannot be read or written: "
              + e
              + ". What was saved before stays; go on with --resume.",
          e);
    }
  }

  private TrainingResult train(Preparation preparation, RunDirectory run, Configuration hadoop)
      throws IOException {
    preparation.notes().forEach(listener::warning);
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    if (job.settings().train().exchange() == ExchangeKind.GANG) {
      Gangs.check(context);
    }
    try (var group = new JobGroup(context, "invar-" + job.name(), "Invar " + job.name())) {
      return train(preparation, run, hadoop, context);
    }
  }

  private TrainingResult train(
      Preparation preparation, RunDirectory run, Configuration hadoop, JavaSparkContext context)
      throws IOException {
    TrainSettings settings = job.settings().train();
    boolean gang = settings.exchange() == ExchangeKind.GANG;
    preparation.checkMemory(listener::warning);
    Executors.checkTaskCpus(context);
    // First: a job waits for executors, and only then is the parallelism that of the cluster.
    KernelFingerprint fingerprint = Fingerprints.of(context, job);
    PackedSplits splits =
        preparation.pack(
            gang && !context.isLocal()
                ? Gangs.awaitExecutors(context, listener::warning)
                : context.defaultParallelism());
    try {
      splits.notes().forEach(listener::warning);
      Contents contents = splits.contents();
      preparation.check(contents).forEach(listener::warning);
      RunPlan plan =
          new RunPlan(
              job.name() + "-" + UUID.randomUUID(),
              preparation.network(),
              splits.preprocessing().normalization(),
              settings.seed(),
              settings.batchSize(),
              contents.shardRows(),
              contents.classFactors(),
              contents.hashes(),
              settings.exact() ? fingerprint : null);
      run.claim(context.sc().applicationId(), listener::warning);
      run.writeSkipped(Reports.skipped(splits.skipped()));
      int cores = context.defaultParallelism();
      try (Exchanges exchanges =
          gang
              ? new Gangs(context, plan, splits, settings, hadoop, listener::warning)
              : new DriverExchanges(context, plan, splits, settings, hadoop)) {
        return new Training(
                job, plan, contents, fingerprint, cores, run, hadoop, listener, exchanges)
            .run();
      }
    } finally {
      splits.unpersist();
    }
  }

  /**
   * A run that has nothing left to do.
   *
   * @param fitted what its model was trained with
   * @param data {@link org.invar.source.SplitTally#json} of its rows
   */
  private record Finished(TrainingResult result, Preprocessing fitted, JsonNode data) {}

  /** The run where it wrote its summary and its model is whole; empty for any other. */
  private Optional<Finished> finished(RunDirectory run) throws IOException {
    Optional<JsonNode> summary = run.summary();
    if (summary.isEmpty()) {
      return Optional.empty();
    }
    TrainingResult result = Reports.result(run.path().toString(), summary.get());
    try {
      String place = run.path().toString();
      return Optional.of(
          new Finished(
              result,
              TrainedModel.load(spark, place, job.binder()).preprocessing(),
              summary.get().path(Reports.DATA)));
    } catch (InvarException e) {
      return Optional.empty(); // The model is damaged: the newest checkpoint makes it again.
    }
  }
}
