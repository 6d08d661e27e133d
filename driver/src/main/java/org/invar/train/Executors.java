package org.invar.train;

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
import scala.jdk.javaapi.CollectionConverters;

/** The executors of an application, as the driver sees them. */
final class Executors {
  private static final String DRIVER = "driver";

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

  Executors(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** Returns those that are alive and were not given up, by id. */
  List<Executor> alive() {
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

  /** Returns the cores of all processes that run tasks. */
  int cores() {
    return spark.isLocal() ? localCores() : alive().stream().mapToInt(Executor::cores).sum();
  }

  /** Returns the cores of local mode's only process. */
  int localCores() {
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

  /** Returns how many the application has asked for, or 1 where that is not known. */
  int expected() {
    SparkConf conf = spark.getConf();
    Matcher cluster = LOCAL_CLUSTER.matcher(conf.get("spark.master", ""));
    if (cluster.matches()) {
      return Integer.parseInt(cluster.group(1));
    }
    int ofCores = conf.getInt("spark.cores.max", 0) / conf.getInt("spark.executor.cores", 1);
    boolean sized = conf.contains("spark.cores.max") && conf.contains("spark.executor.cores");
    return Math.max(1, conf.getInt("spark.executor.instances", sized ? ofCores : 1));
  }

  /** Lets the cluster end an executor that does not answer, and start another in its place. */
  void replace(String id) {
    replaced.add(id);
    SparkContext context = spark.sc();
    context.killAndReplaceExecutor(id);
  }
}
