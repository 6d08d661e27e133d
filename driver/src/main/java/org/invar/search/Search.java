package org.invar.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory.Mode;
import org.invar.compute.OutOfMemory;
import org.invar.exchange.JobGroup;
import org.invar.source.WrittenFolder;
import org.invar.trials.Trials;
import org.jspecify.annotations.Nullable;

/**
 * Searches for the best settings of a job, at random, on Spark.
 *
 * <pre>{@code
 * SearchSpec spec = SearchSpec.load(Path.of("conf/search-digits.yaml"));
 * SearchResult result = Search.of(spark, spec).directory("runs/search").run();
 * }</pre>
 *
 * <p>A trial's values depend on seed and number, in later stages also on the best trial of those
 * before; its weights depend on its job and the data, to the bit. Under early stopping the cluster
 * has a say in which trials go on, and so in that best trial and in the values of later stages. Of
 * a session on {@code local[…]}, {@link org.invar.train.Trainer} says which setting it should have.
 */
public final class Search {
  /** How long a search that was interrupted waits for its trials to end, in seconds. */
  public static final int END_SECONDS = 15;

  private final SparkSession spark;
  private final SearchSpec spec;
  private @Nullable Dataset<Row> rows;
  private String directory;
  private Mode mode = Mode.NEW;
  private SearchListener listener;

  private Search(SparkSession spark, SearchSpec spec) {
    this.spark = spark;
    this.spec = spec;
    this.directory = String.valueOf(spec.settings().directory());
    this.listener = new SearchLog(spec.settings().name());
  }

  /** Returns a search that goes into its own {@code directory}. */
  public static Search of(SparkSession spark, SearchSpec spec) {
    return new Search(spark, spec);
  }

  /**
   * Takes the training rows from a dataset; the job's {@code data.train.format} is {@code dataset}.
   */
  public Search data(Dataset<Row> rows) {
    this.rows = rows;
    return this;
  }

  /** Puts the search into that directory, of any Hadoop file system that executors share. */
  public Search directory(String directory) {
    this.directory = directory;
    return this;
  }

  /** Says what to do with a directory that holds a search already; by default it is refused. */
  public Search mode(Mode mode) {
    this.mode = mode;
    return this;
  }

  /** Lets somebody watch the search; without one, warnings and ends of trials are logged. */
  public Search listener(SearchListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Searches to the end and writes what it found.
   *
   * @throws InvarException when the search, its data or the directory cannot be used, or the thread
   *     is interrupted, and then is so afterwards; trials that run are cancelled before
   */
  public SearchResult run() {
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    WrittenFolder.of(directory, directory, context.hadoopConfiguration())
        .requireApart(spec.job().settings().data().paths());
    SearchDirectory opened =
        SearchDirectory.open(directory, context.hadoopConfiguration(), spec.yaml(), mode);
    String name = spec.settings().name();
    try (opened;
        var group = new JobGroup(context, "invar-search-" + name, "Invar search " + name)) {
      return run(context, opened);
    } catch (InvarException e) {
      if (e.getCause() instanceof InterruptedException) { // All trials have ended in order.
        Thread.currentThread().interrupt();
      }
      throw e;
    } catch (OutOfMemoryError e) {
      throw OutOfMemory.explained("the driver", e);
    } catch (IOException | UncheckedIOException e) {
      throw new InvarException(
          opened.path()
              + ": cannot be read or written: "
              + e
              + ". What was saved before stays; go on with --resume.",
          e);
    }
  }

  private SearchResult run(JavaSparkContext context, SearchDirectory opened) throws IOException {
    boolean inTasks = spec.settings().placement() instanceof Placement.Executor;
    try (Trials trials = Trials.pack(spark, spec.job(), rows, inTasks, listener::warning)) {
      check(trials);
      opened.claim(context.sc().applicationId(), listener::warning);
      List<Journal.Entry> before = mode == Mode.RESUME ? opened.entries() : List.of();
      opened.begin(spec.job(), trials.identity());
      opened.writeSkipped(trials.skipped());
      String id = spec.settings().name() + "-" + UUID.randomUUID();
      try (TrialRunner runner = new TrialRunner(context, spec, trials, id, listener::warning);
          Journal journal = opened.journal()) {
        listener.started(started(runner, trials, before));
        Searching searching = new Searching(spec, runner, opened, journal, listener);
        List<SearchedTrial> all = searching.run(before);
        List<SearchedTrial> ranked = Ranking.ranked(all, spec.settings().objective());
        var result = new SearchResult(opened.path().toString(), ranked, searching.times());
        new SearchOutputs(spark, spec, opened, trials.shards()).write(result);
        listener.finished(result);
        return result;
      }
    }
  }

  private SearchListener.Started started(
      TrialRunner runner, Trials trials, List<Journal.Entry> before) {
    SearchSettings settings = spec.settings();
    return new SearchListener.Started(
        settings.name(),
        settings.trials(),
        Math.max(1, settings.stages().size()),
        trials.shards(),
        spec.mostEpochs(),
        runner.slots(),
        (int) before.stream().mapToInt(Journal.Entry::trial).distinct().count());
  }

  private void check(Trials trials) {
    SearchSettings settings = spec.settings();
    List<String> metrics = trials.metrics(settings.folds() > 1);
    if (!metrics.contains(settings.objective().metric())) {
      throw InvarException.of(
          spec.place("objective"),
          "one of " + String.join(", ", metrics),
          settings.objective().metric(),
          "Name a metric that every epoch of the job has.");
    }
    if (settings.folds() > 1 && settings.folds() > trials.shards()) {
      throw InvarException.of(
          spec.place("folds"),
          "at most V = " + trials.shards() + ", the number of shards, of which a fold takes some",
          String.valueOf(settings.folds()),
          "Set train.shards in the job to a multiple of folds.");
    }
  }
}
