package org.invar.bench;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;

/** Spark in this process, on some of its cores, whatever master Spark was told. */
final class LocalSession implements AutoCloseable {
  private final SparkSession spark;
  private final boolean ours;

  private LocalSession(SparkSession spark, boolean ours) {
    this.spark = spark;
    this.ours = ours;
  }

  /**
   * Starts it; a session on as many cores that is there already is used, and outlives this.
   *
   * @throws InvarException when there is another
   */
  static LocalSession start(int cores) {
    String master = "local[" + cores + "]";
    boolean ours = SparkSession.getDefaultSession().isEmpty();
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setAppName("invar bench")
            .set("spark.ui.enabled", "false")
            // It is this process that would end, for a task that has no memory.
            .set("spark.executor.killOnFatalError.depth", "0");
    SparkSession spark =
        ours
            ? SparkSession.builder().config(conf).getOrCreate()
            : SparkSession.getDefaultSession().get();
    String found = spark.sparkContext().master();
    if (!found.equals(master)) {
      throw InvarException.of(
          "bench", "no Spark session but on " + master, found, "Stop that session first.");
    }
    return new LocalSession(spark, ours);
  }

  SparkSession spark() {
    return spark;
  }

  @Override
  public void close() {
    if (ours) {
      spark.stop();
    }
  }
}
