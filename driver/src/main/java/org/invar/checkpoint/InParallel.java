package org.invar.checkpoint;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Deals with several files at once, as most of the time is spent waiting for a file system. */
final class InParallel {
  private static final int THREADS = 8;

  private InParallel() {}

  /** What is done with each. */
  interface Action<T> {
    void on(T item) throws IOException;
  }

  /**
   * Does something with each item.
   *
   * @throws IOException what the first item in the list's order that failed has failed with, or an
   *     {@link InterruptedIOException} when the thread is interrupted
   */
  static <T> void forEach(List<T> items, Action<T> action) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS, InParallel::daemon);
    try {
      List<Future<?>> results = new ArrayList<>();
      for (T item : items) {
        results.add(
            threads.submit(
                () -> {
                  action.on(item);
                  return null;
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading " + items.size() + " files");
    } finally {
      threads.shutdownNow();
    }
  }

  private static IOException failure(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return cause instanceof IOException e ? e : new IOException(cause);
  }

  private static Thread daemon(Runnable task) {
    var thread = new Thread(task, "invar-checkpoint");
    thread.setDaemon(true);
    return thread;
  }
}
