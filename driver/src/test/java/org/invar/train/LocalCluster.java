package org.invar.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Real executor processes of a driver that is this JVM, for several runs of one test class: to
 * start Spark three times a run takes longer than the run.
 */
public final class LocalCluster implements AutoCloseable {
  private final SparkSession spark;
  private final List<ProcessHandle> before;

  private LocalCluster(SparkSession spark, List<ProcessHandle> before) {
    this.spark = spark;
    this.before = before;
  }

  /** Starts executors of a core each. The build says by SPARK_HOME where they work. */
  public static LocalCluster start(int executors, Map<String, String> settings) throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    List<ProcessHandle> before = ProcessHandle.current().children().toList();
    SparkSession.Builder builder =
        SparkSession.builder().appName("cluster").master("local-cluster[" + executors + ",1,1024]");
    DriverProcess.CLUSTER.forEach(builder::config);
    settings.forEach(builder::config);
    return new LocalCluster(builder.getOrCreate(), before);
  }

  /** Returns Spark. */
  public SparkSession spark() {
    return spark;
  }

  /** Returns the executors that live. */
  public List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.isAlive() && !before.contains(child))
        .toList();
  }

  /** Waits until so many executors live. */
  public void awaitExecutors(int count) throws InterruptedException {
    while (spark.sparkContext().getExecutorIds().size() < count) {
      Thread.sleep(20);
    }
  }

  @Override
  public void close() {
    spark.stop();
  }
}
