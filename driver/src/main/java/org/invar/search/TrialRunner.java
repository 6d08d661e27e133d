package org.invar.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.JobExecutionStatus;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.SparkStatusTracker;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.InvarException;
import org.invar.config.Job;
import org.invar.exchange.GangOptions;
import org.invar.search.schedule.Stopping;
import org.invar.source.SparkFailures;
import org.invar.train.TrainingListener;
import org.invar.trials.Trial;
import org.invar.trials.TrialPart;
import org.invar.trials.Trials;
import scala.Option;

/**
 * Trains parts of trials, each on a thread that waits for its Spark job or leads its gang.
 *
 * <p>Every job is in a group of its trial's, with a description that names its values, and has the
 * search's tag, by which all are cancelled. In a session with the FAIR scheduler they are in the
 * pool of the thread that searches, or where it has none in {@code invar-search}.
 */
final class TrialRunner implements TrialWatch.Trainings, AutoCloseable {
  private static final String POOL = "invar-search";
  private static final String POOL_PROPERTY = "spark.scheduler.pool";
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
  private final String pool;
  private final Consumer<String> notice;

  /** Parts share it; one that is to be alone takes all of it, and those that come later wait. */
  private final ReadWriteLock room = new ReentrantReadWriteLock(true);

  /** Why trials were ended that took too long. */
  private final Map<Integer, String> ended = new ConcurrentHashMap<>();

  /** The threads that lead gangs. */
  private final Map<Integer, Thread> leaders = new ConcurrentHashMap<>();

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
    String callers = spark.getLocalProperty(POOL_PROPERTY);
    this.pool = callers == null ? POOL : callers;
    this.notice = notice;
  }

  /** Returns how many parts should run at once. */
  @Override
  public int slots() {
    if (spec.settings().placement() instanceof Placement.Gang gang) {
      // A gang takes whole executors: more at once would wait for each other.
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

  /** Hears of a part, on another thread. */
  interface Watcher {
    /** Called once, at its end. */
    void ended(PartResult result);

    /** Called once instead when the search itself cannot go on. */
    void broken(Throwable failure);

    /** Called with what the user should know: a sentence. */
    void told(String notice);
  }

  /**
   * Begins a part.
   *
   * @param epochs how many are to be complete at its end
   * @param slots how many parts run at once, as {@link #slots} has it
   */
  void start(SearchedTrial trial, int epochs, int slots, Watcher watcher) {
    threads.execute(
        () -> {
          try {
            watcher.ended(train(trial, epochs, slots, watcher));
          } catch (Throwable e) { // Whatever it is, the search must not wait for ever.
            String reason = ended.get(trial.number());
            if (reason == null) {
              watcher.broken(e);
            } else {
              watcher.ended(PartResult.failed(reason));
            }
          } finally {
            leaders.remove(trial.number());
            spark.removeJobTag(group(trial.number()));
            Thread.interrupted(); // The thread's next trial has nothing to do with it.
          }
        });
  }

  /** Returns after how long without a word somebody should hear of a trial. */
  Duration stallTimeout() {
    return GangOptions.of(spark.getConf()).stallTimeout();
  }

  @Override
  public boolean works(int trial) {
    if (ended.containsKey(trial) && leaders.containsKey(trial)) {
      return true; // Its gang has not been given up.
    }
    SparkStatusTracker tracker = spark.sc().statusTracker();
    // A gang's jobs have groups of their own; the tag is that of the thread that leads it.
    for (int id : tracker.getJobIdsForTag(group(trial))) {
      Option<SparkJobInfo> job = tracker.getJobInfo(id);
      if (job.isDefined() && hasTasks(tracker, job.get())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void end(int trial, String reason) {
    ended.put(trial, reason);
    spark.sc().cancelJobGroupAndFutureJobs(group(trial));
    Thread leader = leaders.get(trial);
    if (leader != null) {
      leader.interrupt();
    }
  }

  private String group(int trial) {
    return String.format(Locale.ROOT, "%s/%04d", tag, trial);
  }

  private PartResult train(SearchedTrial trial, int epochs, int slots, Watcher watcher)
      throws IOException {
    Job job;
    try {
      String name = String.format(Locale.ROOT, "%s-%04d", spec.job().name(), trial.number());
      job = spec.job(trial.values(), name, trial.directory(), trials.shards());
      trials.check(job, spec.settings().folds());
    } catch (InvarException | IllegalArgumentException e) {
      return PartResult.failed(String.valueOf(e.getMessage()));
    }
    spark.setLocalProperty(POOL_PROPERTY, pool);
    spark.addJobTag(tag);
    spark.addJobTag(group(trial.number()));
    spark.setJobGroup(group(trial.number()), describe(trial, epochs), true);
    if (spec.settings().placement() instanceof Placement.Gang) {
      leaders.put(trial.number(), Thread.currentThread());
    }
    String place = "trial " + trial.number();
    int folds = spec.settings().folds();
    List<TrialPart> parts = new ArrayList<>();
    for (int fold = 0; fold < folds; fold++) {
      Trial ofFold = new Trial(job.yaml(), trial.run(fold, folds), epochs, fold, folds);
      TrialPart part = train(place, () -> part(place, ofFold, slots, watcher));
      parts.add(part);
      if (part.failure() != null) {
        break;
      }
    }
    boolean keepsBest = job.settings().train().keepBest() != null;
    return PartResult.of(parts, spec.settings().objective().metric(), keepsBest, epochs);
  }

  /** Trains a part of a trial, or of a fold of it. */
  private interface Work {
    TrialPart run() throws IOException;
  }

  private TrialPart part(String place, Trial ofFold, int slots, Watcher watcher)
      throws IOException {
    return spec.settings().placement() instanceof Placement.Gang
        ? trials.byGang(ofFold, slots, notices(watcher))
        : SparkFailures.explained(place, () -> trials.inTask(ofFold));
  }

  private static TrainingListener notices(Watcher watcher) {
    return new TrainingListener() {
      @Override
      public void warning(String warning) {
        watcher.told(warning);
      }
    };
  }

  private TrialPart train(String place, Work work) {
    try {
      TrialPart part = holding(room.readLock(), work);
      // Once more with nothing beside it: what is the trial's own is so on any cluster.
      return part.deservesAnotherTry() ? holding(room.writeLock(), work) : part;
    } catch (InvarException | IOException | UncheckedIOException e) {
      throw stopped(place, e);
    }
  }

  private static TrialPart holding(Lock lock, Work work) throws IOException {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      throw InvarException.interrupted(e);
    }
    try {
      return work.run();
    } finally {
      lock.unlock();
    }
  }

  /** What has nothing to do with the trial's values: it is not over, and would fail others too. */
  private static InvarException stopped(String place, Exception e) {
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
    cancel(); // What a thread has submitted since then, too, whether Spark shows it yet or not.
    while (!spark.sc().isStopped() && works()) {
      cancel();
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

  private void cancel() {
    if (!spark.sc().isStopped()) {
      spark.cancelJobsWithTag(tag);
    }
  }

  /** Cancels what still runs, and waits until it has ended. */
  @Override
  public void close() {
    cancel();
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
