package org.invar.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import scala.jdk.javaapi.CollectionConverters;

/** The executors of an application, as the driver sees them. */
final class Executors {
  private static final String DRIVER = "driver";

  private final JavaSparkContext spark;

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

  /** Returns those that are alive, by id. */
  List<Executor> alive() {
    List<Executor> alive = new ArrayList<>();
    for (ExecutorSummary executor :
        CollectionConverters.asJava(spark.sc().statusStore().executorList(true))) {
      if (!executor.id().equals(DRIVER)) {
        alive.add(new Executor(executor.id(), executor.hostPort(), executor.totalCores()));
      }
    }
    alive.sort(Comparator.comparing(Executor::id));
    return alive;
  }

  /**
   * Waits until as many are alive.
   *
   * @param gone ids that do not count
   * @return those that are alive, at the end of the wait at the latest
   */
  List<Executor> await(int count, List<String> gone, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (true) {
      List<Executor> alive =
          alive().stream().filter(executor -> !gone.contains(executor.id())).toList();
      if (alive.size() >= count || System.nanoTime() > deadline) {
        return alive;
      }
      Thread.sleep(100);
    }
  }

  /** Lets the cluster end an executor that does not answer, and start another in its place. */
  void replace(String id) {
    SparkContext context = spark.sc();
    context.killAndReplaceExecutor(id);
  }
}
