package org.invar.cli;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.invar.search.Search;

/**
 * Ctrl-C and SIGTERM: the command's thread is interrupted and has some seconds to cancel its jobs,
 * close its files and say how to go on, before Spark is stopped under it. While nothing runs yet,
 * as when a file is read, it has less.
 *
 * <p>Spark ends the process, too, when one of its threads has no memory: that is told as what it
 * is.
 */
final class Interruption {
  /** Spark's hooks run at 40, file systems close at 10; the highest is first. */
  private static final int FIRST = 100;

  private static final int LAST = 1;

  /** A search that waits for its tasks is not to be cut off, and has a line to say after that. */
  private static final int SECONDS = Search.END_SECONDS + 10;

  private static final int SECONDS_WITHOUT_JOBS = 2;
  private static final String ENDS_FOR_ERRORS =
      "org.apache.spark.util.SparkUncaughtExceptionHandler";

  private static volatile boolean jobs;
  private static volatile boolean forAnError;

  private final Thread command = Thread.currentThread();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Runnable hook = this::interrupt;
  private final Runnable lastHook = Interruption::end;
  private final PrintStream err;

  private Interruption(PrintStream err) {
    this.err = err;
  }

  /**
   * Watches for the calling thread.
   *
   * @param err where a thread that does not answer is spoken of
   */
  static Interruption ofThisThread(PrintStream err) {
    Interruption watched = new Interruption(err);
    ShutdownHookManager.get().addShutdownHook(watched.hook, FIRST, SECONDS + 1, TimeUnit.SECONDS);
    ShutdownHookManager.get().addShutdownHook(watched.lastHook, LAST);
    return watched;
  }

  /** Tells that there may be jobs from now on, which take their time to end. */
  static void jobsBegin() {
    jobs = true;
  }

  private void interrupt() {
    forAnError = over.getCount() > 0 && isEndedForAnError();
    SparkOptions.silence();
    command.interrupt();
    try {
      if (!over.await(jobs ? SECONDS : SECONDS_WITHOUT_JOBS, TimeUnit.SECONDS)) {
        err.println("invar: " + (forAnError ? "out of memory." : "interrupted."));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it is Spark that ends the process, after an error in one of its threads. */
  private static boolean isEndedForAnError() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Arrays::stream)
        .anyMatch(frame -> frame.getClassName().startsWith(ENDS_FOR_ERRORS));
  }

  /** Returns whether the process ends because a thread of Spark's has no memory. */
  static boolean isForAnError() {
    return forAnError;
  }

  private static void end() {
    if (forAnError) {
      Runtime.getRuntime().halt(Main.FAILED); // Not with Spark's own code.
    }
  }

  /** Tells that the command has ended and said what it has to say. */
  void over() {
    over.countDown();
    if (!inProgress()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
      ShutdownHookManager.get().removeShutdownHook(lastHook);
    }
  }

  /** Returns whether the JVM is shutting down. */
  static boolean inProgress() {
    Thread probe = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
