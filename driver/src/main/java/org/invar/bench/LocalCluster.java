package org.invar.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.InvarException;
import org.invar.exchange.SparkStop;

/** A Spark application with executors of its own on this machine, one core each. */
final class LocalCluster implements AutoCloseable {
  /** The memory of an executor, in MiB. */
  static final int MEBIBYTES = 2048;

  private static final String MASTER = "spark.master";
  private static final int END_MILLIS = 10_000;

  private final JavaSparkContext spark;

  private LocalCluster(JavaSparkContext spark) {
    this.spark = spark;
  }

  /**
   * Starts the executors and waits for all of them.
   *
   * @throws InvarException when Spark was told to run elsewhere, or cannot start executors
   */
  static LocalCluster start(int executors) {
    SparkConf conf = new SparkConf();
    String master = conf.get(MASTER, "local");
    if (!master.startsWith("local")) {
      throw InvarException.of(
          "--master " + master,
          "none, or local: the workers are processes on this machine",
          master,
          "Leave --master away.");
    }
    conf.setMaster("local-cluster[%d,1,%d]".formatted(executors, MEBIBYTES))
        .setAppName("invar bench")
        .set("spark.executor.memory", MEBIBYTES + "m")
        .set("spark.executorEnv.OMP_NUM_THREADS", "1")
        .set("spark.cores.max", String.valueOf(executors))
        .set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .set("spark.locality.wait", "0s")
        .set("spark.dynamicAllocation.enabled", "false")
        .set("spark.ui.enabled", "false")
        // The driver exchange collects all vectors at once.
        .set("spark.driver.maxResultSize", "0")
        .set("spark.kryoserializer.buffer.max", "2047m");
    return new LocalCluster(new JavaSparkContext(conf));
  }

  JavaSparkContext spark() {
    return spark;
  }

  /** Stops Spark and waits until its processes are gone, which would disturb what comes next. */
  @Override
  public void close() {
    List<ProcessHandle> executors =
        ProcessHandle.current()
            .descendants()
            .filter(
                process ->
                    process.info().commandLine().orElse("").contains("CoarseGrainedExecutor"))
            .toList();
    SparkStop.stop(spark.sc());
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_MILLIS);
    try {
      while (executors.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
