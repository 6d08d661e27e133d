package org.invar.exchange;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of Spark. The workers of {@code local-cluster} are in this process and delete executors'
 * folders on a thread of their own, which their end closes while it works: then it prints a trace
 * past Spark's log, that means nothing.
 */
public final class SparkStop {
  private static final Logger LOG = LoggerFactory.getLogger(SparkStop.class);

  /** What Spark's {@code Worker} calls the thread that deletes folders. */
  static final String CLEANUP_THREAD = "worker-cleanup-thread";

  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private SparkStop() {}

  /**
   * Stops Spark; what is printed to {@code System.err} while a {@code local-cluster} stops goes to
   * the log, at INFO.
   *
   * @param spark with its sessions
   */
  public static void stop(SparkContext spark) {
    if (spark.master().startsWith("local-cluster")) {
      quietly(spark::stop);
    } else {
      spark.stop();
    }
  }

  static void quietly(Runnable stop) {
    PrintStream err = System.err;
    var told = new ByteArrayOutputStream();
    var quiet = new PrintStream(told, true, StandardCharsets.UTF_8);
    System.setErr(quiet);
    try {
      stop.run();
      awaitCleanup();
    } finally {
      if (System.err == quiet) { // Else an interruption has silenced it for good.
        System.setErr(err);
      }
      if (told.size() > 0) {
        LOG.info("printed while Spark stopped: {}", told.toString(StandardCharsets.UTF_8));
      }
    }
  }

  /** Waits a while for the threads that delete folders, which nobody else waits for. */
  private static void awaitCleanup() {
    long deadline = System.nanoTime() + MOST_NANOS;
    try {
      while (cleanupRuns() && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean cleanupRuns() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals(CLEANUP_THREAD));
  }
}
