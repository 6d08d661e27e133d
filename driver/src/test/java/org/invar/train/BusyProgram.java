package org.invar.train;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.invar.cli.Main;

/** The command line in an application of which another job holds one core for ever. */
final class BusyProgram {
  private static final String GROUP = "busy";

  private BusyProgram() {}

  /** Takes what {@code invar} takes; Spark's settings are system properties. */
  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSession.builder().appName("busy").getOrCreate();
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Thread other =
        new Thread(
            () -> {
              context.setJobGroup(GROUP, "holds a core", true);
              context.parallelize(List.of(1), 1).foreach(row -> new CountDownLatch(1).await());
            });
    other.setDaemon(true);
    other.start();
    while (running(context) == 0) {
      Thread.sleep(20);
    }
    Main.main(arguments);
  }

  private static int running(JavaSparkContext spark) {
    int running = 0;
    for (int job : spark.statusTracker().getJobIdsForGroup(GROUP)) {
      var info = spark.statusTracker().getJobInfo(job);
      if (info != null) {
        for (int id : info.stageIds()) {
          var stage = spark.statusTracker().getStageInfo(id);
          running += stage == null ? 0 : stage.numActiveTasks();
        }
      }
    }
    return running;
  }
}
