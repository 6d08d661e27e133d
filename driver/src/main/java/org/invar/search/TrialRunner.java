package org.invar.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.JobExecutionStatus;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.SparkStatusTracker;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.source.SparkFailures;
import org.invar.train.Leg;
import org.invar.train.TrainingListener;
import org.invar.train.Trial;
import org.invar.train.Trials;
import scala.Option;

/**
 * Trains parts of trials, each on a thread that waits for its Spark job or leads its gang.
 *
 * <p>Every job is in a group of its trial's, with a description that names its values, and has the
 * search's tag, by which all are cancelled. In a session with the FAIR scheduler they are in the
 * pool {@code invar-search}.
 */
final class TrialRunner implements AutoCloseable {
  private static final String POOL = "invar-search";
  private static final int SHOWN = 200;
  private static final String STILL_WORKS =
      "tasks of the search still run "
          + Search.END_SECONDS
          + " s after they were cancelled, and may write into the directories of their trials: end"
          + " the application before you go on with --resume.";

  private final JavaSparkContext spark;
  private final SearchSpec spec;
  private final Trials trials;
  private final String tag;
  private final Consumer<String> notice;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "invar-trial");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Makes the runner of one search.
   *
   * @param id of the search, its tag among Spark's jobs
   * @param notice hears what the user should know
   */
  TrialRunner(
      JavaSparkContext spark, SearchSpec spec, Trials trials, String id, Consumer<String> notice) {
    this.spark = spark;
    this.spec = spec;
    this.trials = trials;
    this.tag = "invar-search-" + id;
    this.notice = notice;
  }

  /** Returns how many parts should run at once. */
  int slots() {
    if (spec.settings().placement() instanceof Placement.Gang gang) {
      // A gang that finds no executor free would be given up before another one ends.
      return Math.min(gang.parallel(), trials.gangs());
    }
    // What waits tells Spark how many executors are wanted.
    boolean grows = spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false);
    return trials.slots() * (grows ? 2 : 1);
  }

  /**
   * Returns how many more parts should wait, so that a free core need not wait for the driver; none
   * where what comes next depends on what ends.
   */
  int ahead() {
    boolean known = spec.settings().stopping() instanceof Stopping.None;
    return known && spec.settings().placement() instanceof Placement.Executor ? 1 : 0;
  }

  /**
   * Begins a part.
   *
   * @param epochs how many are to be complete at its end
   * @param slots how many parts run at once, as {@link #slots} has it
   * @param ended hears of the end, on another thread
   * @param broken hears when the search itself cannot go on
   */
  void start(
      SearchedTrial trial,
      int epochs,
      int slots,
      Consumer<PartResult> ended,
      Consumer<Throwable> broken) {
    threads.execute(
        () -> {
          try {
            ended.accept(train(trial, epochs, slots));
          } catch (Throwable e) { // Whatever it is, the search must not wait for ever.
            broken.accept(e);
          }
        });
  }

  private PartResult train(SearchedTrial trial, int epochs, int slots) throws IOException {
    Job job;
    try {
      String name = "%s-%04d".formatted(spec.job().name(), trial.number());
      job = spec.job(trial.values(), name, trial.directory(), trials.shards());
      trials.check(job, spec.settings().folds());
    } catch (InvarException | IllegalArgumentException e) {
      return PartResult.failed(String.valueOf(e.getMessage()));
    }
    spark.setLocalProperty("spark.scheduler.pool", POOL);
    spark.addJobTag(tag);
    spark.setJobGroup("%s/%04d".formatted(tag, trial.number()), describe(trial, epochs), true);
    int folds = spec.settings().folds();
    List<Leg> legs = new ArrayList<>();
    for (int fold = 0; fold < folds; fold++) {
      String directory = trial.directory() + (folds == 1 ? "" : "/fold-" + fold);
      Leg leg = train(trial, new Trial(job.yaml(), directory, epochs, fold, folds), slots);
      legs.add(leg);
      if (leg.failure() != null) {
        break;
      }
    }
    boolean keepsBest = job.settings().train().keepBest() != null;
    return PartResult.of(legs, spec.settings().objective().metric(), keepsBest, epochs);
  }

  private Leg train(SearchedTrial trial, Trial part, int slots) throws IOException {
    try {
      if (spec.settings().placement() instanceof Placement.Gang) {
        return trials.byGang(part, slots, new TrainingListener() {});
      }
      return SparkFailures.explained(
          "trial " + trial.number(),
          () -> {
            Leg leg = trials.inTask(part);
            // Once more: what used the memory may have been another trial of the same executor.
            return leg.ranOutOfMemory() ? trials.inTask(part) : leg;
          });
    } catch (InvarException | IOException | UncheckedIOException e) {
      throw stopped(trial, e);
    }
  }

  /** What has nothing to do with the trial's values: it is not over, and would fail others too. */
  private static InvarException stopped(SearchedTrial trial, Exception e) {
    String place = "trial " + trial.number();
    String what = String.valueOf(e.getMessage());
    String known = what.startsWith(place) ? what : place + ": " + what;
    String end = known.endsWith(".") ? "" : ".";
    String remedy =
        known.contains("--resume")
            ? ""
            : " The search stops here; what has ended stays in the journal: when the cause is"
                + " mended, go on with --resume.";
    return new InvarException(known + end + remedy, e);
  }

  /** Waits for tasks that were cancelled: they must not write into runs that somebody resumes. */
  private void awaitTasks(long deadline) throws InterruptedException {
    while (!spark.sc().isStopped() && works()) {
      if (System.nanoTime() >= deadline) {
        notice.accept(STILL_WORKS);
        return;
      }
      Thread.sleep(20);
    }
  }

  /** Whether a job of the search, and of no other, has not ended or has tasks that have not. */
  private boolean works() {
    SparkStatusTracker tracker = spark.sc().statusTracker();
    for (int id : tracker.getJobIdsForTag(tag)) {
      Option<SparkJobInfo> job = tracker.getJobInfo(id);
      if (job.isDefined() && (isRunning(job.get()) || hasTasks(tracker, job.get()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isRunning(SparkJobInfo job) {
    return job.status() == JobExecutionStatus.RUNNING;
  }

  private static boolean hasTasks(SparkStatusTracker tracker, SparkJobInfo job) {
    for (int id : job.stageIds()) {
      Option<SparkStageInfo> stage = tracker.getStageInfo(id);
      if (stage.isDefined() && stage.get().numActiveTasks() > 0) {
        return true;
      }
    }
    return false;
  }

  private String describe(SearchedTrial trial, int epochs) {
    String values =
        trial.values().entrySet().stream()
            .map(value -> shortName(value.getKey()) + " " + value.getValue())
            .collect(Collectors.joining(", "));
    String text =
        "%s trial %d to epoch %d: %s"
            .formatted(spec.settings().name(), trial.number(), epochs, values);
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static String shortName(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  /** Cancels what still runs, and waits until it has ended. */
  @Override
  public void close() {
    if (!spark.sc().isStopped()) {
      spark.cancelJobsWithTag(tag);
    }
    threads.shutdownNow();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Search.END_SECONDS);
    try {
      if (!threads.awaitTermination(Search.END_SECONDS, TimeUnit.SECONDS)) {
        notice.accept(STILL_WORKS);
        return;
      }
      awaitTasks(deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
