package org.invar.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.invar.search.Search;

/**
 * Ctrl-C and SIGTERM: the command's thread is interrupted and has some seconds to cancel its jobs,
 * close its files and say how to go on, before Spark is stopped under it.
 */
final class Interruption {
  /** Spark's hooks run at 40, file systems close at 10; the highest is first. */
  private static final int PRIORITY = 100;

  /** A search that waits for its tasks is not to be cut off, and has a line to say after that. */
  private static final int SECONDS = Search.END_SECONDS + 10;

  private final Thread command = Thread.currentThread();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Runnable hook = this::interrupt;

  private Interruption() {}

  /** Watches for the calling thread. */
  static Interruption ofThisThread() {
    Interruption watched = new Interruption();
    ShutdownHookManager.get()
        .addShutdownHook(watched.hook, PRIORITY, SECONDS + 1, TimeUnit.SECONDS);
    return watched;
  }

  private void interrupt() {
    SparkOptions.silence();
    command.interrupt();
    try {
      over.await(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells that the command has ended and said what it has to say. */
  void over() {
    over.countDown();
    if (!inProgress()) {
      ShutdownHookManager.get().removeShutdownHook(hook);
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
