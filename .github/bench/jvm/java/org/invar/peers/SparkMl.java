package org.invar.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * spark.ml's multilayer perceptron, which has sigmoid units and passes over all rows for each
 * update: rows times passes, divided by the time of the passes. A pass is a job of Spark that adds
 * gradients, line searches of L-BFGS included.
 */
final class SparkMl implements Peers.Peer {
  private static final int[] LAYERS = {784, 512, 256, 10};
  private static final int ROWS = 10_240;
  private static final int FEWEST_PASSES = 5;

  /** Times the jobs that add gradients; Spark calls it on one thread. */
  private static final class Passes extends SparkListener {
    private final AtomicInteger count = new AtomicInteger();
    private int job = -1;
    private long begun;
    private volatile long first = Long.MAX_VALUE;
    private volatile long last;

    @Override
    public void onJobStart(SparkListenerJobStart started) {
      boolean pass =
          CollectionConverters.asJava(started.stageInfos()).stream()
              .anyMatch(stage -> stage.name().startsWith("treeAggregate"));
      job = pass ? started.jobId() : -1;
      begun = started.time();
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd ended) {
      if (ended.jobId() == job) {
        first = Math.min(first, begun);
        last = ended.time();
        count.incrementAndGet();
      }
    }

    double passesPerSecond() {
      return count.get() * 1e3 / Math.max(1, last - first);
    }
  }

  @Override
  public void measure(String workload, Peers.Pace pace) {
    if (!workload.equals("mlp")) {
      return;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    SparkSession spark =
        SparkSession.builder()
            .master("local[" + cores + "]")
            .appName("peers")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate();
    try {
      Dataset<Row> rows = rows(spark, cores).cache();
      rows.count();
      for (String solver : List.of("l-bfgs", "gd")) {
        passesPerSecond(spark, rows, solver, FEWEST_PASSES);
        double speed = passesPerSecond(spark, rows, solver, FEWEST_PASSES);
        int passes = (int) Math.max(FEWEST_PASSES, speed * pace.seconds());
        double[] rates = new double[pace.repeats()];
        for (int i = 0; i < rates.length; i++) {
          rates[i] = ROWS * passesPerSecond(spark, rows, solver, passes);
        }
        Peers.report(
            "spark.ml-" + cores + "threads-" + solver, workload, ROWS, Peers.Pace.median(rates));
      }
    } finally {
      spark.stop();
    }
  }

  private static double passesPerSecond(
      SparkSession spark, Dataset<Row> rows, String solver, int iterations) {
    var passes = new Passes();
    spark.sparkContext().addSparkListener(passes);
    new MultilayerPerceptronClassifier()
        .setLayers(LAYERS)
        .setSolver(solver)
        .setMaxIter(iterations)
        .setTol(0)
        .setSeed(1)
        .fit(rows);
    try {
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark does not tell of its jobs", e);
    }
    spark.sparkContext().removeSparkListener(passes);
    return passes.passesPerSecond();
  }

  private static Dataset<Row> rows(SparkSession spark, int partitions) {
    var random = new SplittableRandom(1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      double[] features = new double[LAYERS[0]];
      for (int j = 0; j < features.length; j++) {
        features[j] = random.nextInt(256) / 255.0;
      }
      rows.add(RowFactory.create((double) (i % 10), Vectors.dense(features)));
    }
    StructType schema =
        new StructType()
            .add("label", DataTypes.DoubleType, false)
            .add("features", SQLDataTypes.VectorType(), false);
    return spark.createDataFrame(rows, schema).repartition(partitions);
  }
}
