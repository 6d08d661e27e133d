package org.invar.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.InvarException;
import org.invar.collective.ControlServer;
import org.invar.collective.RunKey;
import org.invar.compute.RunPlan;
import org.invar.config.TrainSettings;
import org.invar.gang.GangPlan;
import org.invar.source.PackedSplits;
import org.invar.storage.SliceFile;
import org.jspecify.annotations.Nullable;

/** Plans gangs for the executors that there are, and starts them. */
public final class Gangs implements Exchanges {
  private static final String DYNAMIC = "spark.dynamicAllocation.enabled";

  private final JavaSparkContext spark;
  private final RunPlan run;
  private final TrainSettings settings;
  private final GangOptions options;
  private final Executors executors;
  private final Configuration hadoop;
  private final Consumer<String> notice;
  private final RunKey key = RunKey.random();
  private final List<PackedSplits> moved = new ArrayList<>();
  private PackedSplits splits;
  private final int parts;
  private final SharedExecutors shared;
  private int attempt;
  private Shape shape;

  /** How many executors this run's gang has of those that are shared. */
  private int taken;

  /** How many workers, and of how many compute threads each. */
  private record Shape(int workers, int cores) {}

  /**
   * Makes the gangs of a run.
   *
   * @param splits the data; they are cut anew when the number of workers changes
   * @param notice hears what the user should know
   */
  public Gangs(
      JavaSparkContext spark,
      RunPlan run,
      PackedSplits splits,
      TrainSettings settings,
      Configuration hadoop,
      Consumer<String> notice) {
    this(spark, run, splits, settings, hadoop, notice, 1, new SharedExecutors());
  }

  /**
   * Makes the gangs of one of several runs at once.
   *
   * @param parts how many runs share the executors, or in local mode the cores
   * @param shared what the gangs of all those runs have
   */
  public Gangs(
      JavaSparkContext spark,
      RunPlan run,
      PackedSplits splits,
      TrainSettings settings,
      Configuration hadoop,
      Consumer<String> notice,
      int parts,
      SharedExecutors shared) {
    this.spark = spark;
    this.run = run;
    this.splits = splits;
    this.settings = settings;
    this.options = GangOptions.of(spark.getConf());
    this.executors = new Executors(spark);
    this.hadoop = hadoop;
    this.notice = notice;
    this.parts = parts;
    this.shared = shared;
    this.shape = shape(executors.alive());
  }

  /**
   * Refuses a session in which Spark runs no barrier stage, settings that mean nothing, and a
   * driver without a port: here, and not when the data are packed.
   */
  public static void check(JavaSparkContext spark) {
    GangOptions options = GangOptions.of(spark.getConf());
    if (!spark.isLocal() && options.driverPort() > 0) {
      server("before the run", 0, 1, RunKey.random(), options).close();
    }
    if (!spark.isLocal() && spark.getConf().getBoolean(DYNAMIC, false)) {
      throw InvarException.of(
          DYNAMIC,
          "false for the gang exchange, whose stage needs all its executors from the start",
          "true",
          "Set it to false, or train.exchange: driver.");
    }
  }

  /**
   * Waits for the executors that the application has asked for, as Spark itself does where it is
   * told to, and returns how many there are.
   */
  public static int awaitExecutors(JavaSparkContext spark, Consumer<String> notice) {
    if (spark.isLocal()) {
      return 1;
    }
    var executors = new Executors(spark);
    Executors.Wanted wanted = executors.wanted();
    try {
      List<Executors.Executor> found = executors.awaitWanted(wanted, Executors.START_MILLIS);
      if (!wanted.isMetBy(found)) {
        notice.accept(startsWith(found.size(), wanted));
      }
      return Math.max(1, found.size());
    } catch (InterruptedException e) {
      throw InvarException.interrupted(e);
    }
  }

  private static String startsWith(int found, Executors.Wanted wanted) {
    return wanted.isKnown()
        ? "%d executors have come in %d s, fewer than the %s asked for; the gang starts without the others."
            .formatted(found, Executors.START_MILLIS / 1000, wanted)
        : "nothing says how many executors will come: the gang starts with the %d that are there. Set spark.cores.max, and spark.executor.cores, to make it wait for all."
            .formatted(found);
  }

  private Shape shape(List<Executors.Executor> alive) {
    int shards = run.shards();
    if (spark.isLocal()) {
      return new Shape(1, Math.max(1, executors.localCores() / parts));
    }
    int cores = alive.stream().mapToInt(Executors.Executor::cores).min().orElse(1);
    return new Shape(fewest(shards, Math.max(1, alive.size() / parts), cores), cores);
  }

  /**
   * The fewest workers whose busiest thread has no more shards than with all executors: more would
   * wait for it and send more.
   */
  static int fewest(int shards, int executors, int cores) {
    int most = Math.min(executors, shards);
    int workers = most;
    while (workers > 1 && rounds(shards, workers - 1, cores) == rounds(shards, most, cores)) {
      workers--;
    }
    return workers;
  }

  private static int rounds(int shards, int workers, int cores) {
    int ofWorker = (shards + workers - 1) / workers;
    return (ofWorker + cores - 1) / cores;
  }

  @Override
  public int workers() {
    return shape.workers();
  }

  @Override
  public Exchange open(@Nullable Start start) {
    giveBack();
    List<Executors.Executor> alive = attempt == 0 ? executors.alive() : replacements();
    shape = spark.isLocal() ? shape(alive) : take(alive);
    PackedSplits before = splits;
    if (!spark.isLocal() && before.train().blocks().getNumPartitions() != shape.workers()) {
      splits = before.over(shape.workers());
      moved.add(splits);
    }
    Gang gang = gang(start);
    attempt++;
    try {
      gang.meet();
    } catch (RuntimeException e) {
      gang.close();
      throw e;
    }
    // What the workers hold is no longer needed in the form that it had before.
    moved.stream().filter(other -> !other.equals(splits)).forEach(PackedSplits::unpersist);
    moved.retainAll(List.of(splits));
    return new GangExchange(gang, splits, run.shards());
  }

  private Gang gang(@Nullable Start start) {
    ControlServer server = spark.isLocal() ? null : server();
    try {
      GangPlan plan = plan(server, start);
      PackedSplits data = splits;
      return new Gang(
          plan,
          options,
          executors,
          () -> executors.alive().size() - shared.taken() + taken,
          server,
          ended -> GangStage.start(spark, plan, data, ended),
          notice);
    } catch (RuntimeException | Error e) {
      if (server != null) {
        server.close();
      }
      throw e;
    }
  }

  /** Takes executors; where other gangs have them, waits until one of these is over. */
  private Shape take(List<Executors.Executor> found) {
    List<Executors.Executor> alive = found;
    boolean told = false;
    while (true) {
      Shape wanted = shape(alive);
      if (shared.take(wanted.workers(), alive.size())) {
        taken = wanted.workers();
        return wanted;
      }
      if (!told) {
        told = true;
        notice.accept(
            "of %d executors that live, other gangs have %d: this one waits until %d are free, so fewer train at once."
                .formatted(alive.size(), shared.taken(), wanted.workers()));
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        throw InvarException.interrupted(e);
      }
      alive = shared.taken() > 0 ? executors.alive() : replacements();
    }
  }

  private void giveBack() {
    shared.giveBack(taken);
    taken = 0;
  }

  @Override
  public void close() {
    giveBack();
    moved.forEach(PackedSplits::unpersist);
  }

  /** Waits a little for executors in place of those that were lost, beside those of others. */
  private List<Executors.Executor> replacements() {
    long millis = options.replacementWait().toMillis();
    try {
      List<Executors.Executor> alive = executors.await(shape.workers() + shared.taken(), millis);
      if (alive.isEmpty()) {
        alive = executors.await(1, options.meetingTimeout().toMillis());
      }
      if (alive.isEmpty() && !spark.isLocal()) {
        throw InvarException.of(
            "executors",
            "at least one",
            "none for " + options.meetingTimeout().toSeconds() + " s",
            "The cluster gives the application no more: see its log. What was saved stays; go on"
                + " with --resume.");
      }
      return alive;
    } catch (InterruptedException e) {
      throw InvarException.interrupted(e);
    }
  }

  private ControlServer server() {
    return server(run.runId(), attempt, shape.workers(), key, options);
  }

  private static ControlServer server(
      String run, int attempt, int workers, RunKey key, GangOptions options) {
    return ControlServer.bind(
        run,
        attempt,
        workers,
        key,
        options.encrypted(),
        options.bindAddress(),
        options.driverPort(),
        options.portRetries());
  }

  private GangPlan plan(@Nullable ControlServer server, @Nullable Start start) {
    var meeting =
        new GangPlan.Meeting(
            key,
            options.encrypted(),
            server == null ? null : options.driverHost(),
            server == null ? 0 : server.address().getPort(),
            options.workerPort(),
            options.portRetries(),
            options.meetingTimeout(),
            options.stallTimeout());
    return plan(run, attempt, shape.workers(), shape.cores(), settings, meeting, start, hadoop);
  }

  /** Returns what workers must know. */
  static GangPlan plan(
      RunPlan run,
      int attempt,
      int workers,
      int cores,
      TrainSettings settings,
      GangPlan.Meeting meeting,
      @Nullable Start start,
      Configuration hadoop) {
    return new GangPlan(
        run,
        attempt,
        workers,
        cores,
        settings.rule(),
        settings.averaging() == null ? 0 : settings.averaging().everySteps(),
        settings.wire(),
        meeting,
        start == null ? null : start(start),
        new SerializableConfiguration(hadoop));
  }

  private static GangPlan.Start start(Start start) {
    return new GangPlan.Start(
        start.directory().toString(), start.step(), json(start.slices()), json(start.kept()));
  }

  private static List<String> json(List<SliceFile> slices) {
    return new ArrayList<>(slices.stream().map(slice -> slice.toJson().toString()).toList());
  }
}
