package org.invar.exchange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.invar.InvarException;
import scala.jdk.javaapi.CollectionConverters;

/** The executors of an application, as the driver sees them. */
public final class Executors {
  /** How long executors that were asked for are waited for at the start. */
  static final int START_MILLIS = 30_000;

  private static final String DRIVER = "driver";

  /** After how long without a newcomer nobody is waited for whose number is not known. */
  private static final int SETTLED_MILLIS = 2000;

  private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,.*");

  private final JavaSparkContext spark;
  private final Set<String> replaced = new HashSet<>();

  /**
   * A process that runs tasks.
   *
   * @param id Spark's
   * @param host where it runs
   * @param cores how many tasks of one core it takes
   */
  record Executor(String id, String host, int cores) {}

  /** Sees those of that session. */
  public Executors(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** Returns those that are alive and were not given up, by id. */
  public List<Executor> alive() {
    List<Executor> alive = new ArrayList<>();
    for (ExecutorSummary executor :
        CollectionConverters.asJava(spark.sc().statusStore().executorList(true))) {
      if (!executor.id().equals(DRIVER) && !replaced.contains(executor.id())) {
        alive.add(new Executor(executor.id(), executor.hostPort(), executor.totalCores()));
      }
    }
    alive.sort(Comparator.comparing(Executor::id));
    return alive;
  }

  /**
   * Refuses tasks that want more cores than any executor has, for which Spark would wait for ever.
   */
  public static void checkTaskCpus(JavaSparkContext spark) {
    int cpus = spark.getConf().getInt("spark.task.cpus", 1);
    if (cpus == 1 || spark.isLocal()) {
      return;
    }
    try {
      var executors = new Executors(spark);
      List<Executor> alive = executors.awaitWanted(executors.wanted(), START_MILLIS);
      int cores = alive.stream().mapToInt(Executor::cores).max().orElse(cpus);
      if (cores < cpus) {
        throw InvarException.of(
            "spark.task.cpus",
            "at most the cores of an executor, " + cores,
            String.valueOf(cpus),
            "Leave it out, or give executors more (spark.executor.cores).");
      }
    } catch (InterruptedException e) {
      throw InvarException.interrupted(e);
    }
  }

  /** Returns the cores of all processes that run tasks. */
  public int cores() {
    return spark.isLocal() ? localCores() : alive().stream().mapToInt(Executor::cores).sum();
  }

  /** Returns the cores of local mode's only process. */
  public int localCores() {
    for (ExecutorSummary executor :
        CollectionConverters.asJava(spark.sc().statusStore().executorList(true))) {
      if (executor.id().equals(DRIVER) && executor.totalCores() > 0) {
        return executor.totalCores();
      }
    }
    return Math.max(1, spark.defaultParallelism());
  }

  /**
   * Waits until as many are alive.
   *
   * @return those that are alive, at the end of the wait at the latest
   */
  List<Executor> await(int count, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    List<Executor> alive = alive();
    while (alive.size() < count && System.nanoTime() < deadline) {
      Thread.sleep(100);
      alive = alive();
    }
    return alive;
  }

  /**
   * Waits for those that the application has asked for, as Spark itself does where it is told to
   * ({@code spark.scheduler.minRegisteredResourcesRatio}); where nothing says how many there will
   * be, until none has come for a while.
   *
   * @return those that are alive, at the end of the wait at the latest
   */
  List<Executor> awaitWanted(Wanted wanted, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    List<Executor> alive = alive();
    long lastNewcomer = System.nanoTime();
    while (!wanted.isMetBy(alive) && System.nanoTime() < deadline) {
      Thread.sleep(100);
      List<Executor> now = alive();
      if (now.size() != alive.size()) {
        lastNewcomer = System.nanoTime();
      }
      alive = now;
      if (!wanted.isKnown()
          && !alive.isEmpty()
          && System.nanoTime() - lastNewcomer > SETTLED_MILLIS * 1_000_000L) {
        break;
      }
    }
    return alive;
  }

  /** Returns what the application has asked for. */
  Wanted wanted() {
    return Wanted.of(spark.getConf());
  }

  /**
   * What an application has asked for.
   *
   * @param executors how many, or 0 where that is not known
   * @param cores how many in all, or 0 where that is not known
   */
  record Wanted(int executors, int cores) {
    /** What Spark asks YARN and Kubernetes for. */
    private static final int INSTANCES = 2;

    /** Returns what a configuration asks for. */
    static Wanted of(SparkConf conf) {
      String master = conf.get("spark.master", "");
      Matcher cluster = LOCAL_CLUSTER.matcher(master);
      if (cluster.matches()) {
        return new Wanted(Integer.parseInt(cluster.group(1)), 0);
      }
      if (master.startsWith("spark:")) {
        int cores = conf.getInt("spark.cores.max", 0);
        int each = conf.getInt("spark.executor.cores", 0);
        return each > 0 ? new Wanted(cores / each, 0) : new Wanted(0, cores);
      }
      boolean sized = master.startsWith("yarn") || master.startsWith("k8s:");
      return new Wanted(conf.getInt("spark.executor.instances", sized ? INSTANCES : 0), 0);
    }

    /** Whether anything says when all are there. */
    boolean isKnown() {
      return executors > 0 || cores > 0;
    }

    /** Whether all are there; never where it is not known. */
    boolean isMetBy(List<Executor> alive) {
      int found = alive.stream().mapToInt(Executor::cores).sum();
      return isKnown() && alive.size() >= executors && found >= cores;
    }

    /** Returns the number as it stands in messages. */
    @Override
    public String toString() {
      return executors > 0 ? executors + " executors" : "executors of " + cores + " cores";
    }
  }

  /** Lets the cluster end an executor that does not answer, and start another in its place. */
  void replace(String id) {
    replaced.add(id);
    SparkContext context = spark.sc();
    context.killAndReplaceExecutor(id);
  }
}
