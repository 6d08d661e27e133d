package org.invar.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * A worker's compute threads, of which the thread that makes them is the first.
 *
 * <p>A thread's number is fixed, so that what is bound to threads, like ND4J's workspaces, stays
 * with it.
 */
final class ComputeThreads implements AutoCloseable {
  private final List<ExecutorService> others = new ArrayList<>();

  ComputeThreads(int threads) {
    for (int i = 1; i < threads; i++) {
      String name = "invar-compute-" + i;
      others.add(
          Executors.newSingleThreadExecutor(
              work -> {
                Thread thread = new Thread(work, name);
                thread.setDaemon(true);
                return thread;
              }));
    }
  }

  /** Returns the number of threads. */
  int count() {
    return others.size() + 1;
  }

  /**
   * Runs the work once on every thread, with the thread's number, and waits for all.
   *
   * <p>The first failure, by number, is thrown once all have ended.
   */
  void run(IntConsumer work) throws InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 1; i < count(); i++) {
      int number = i;
      running.add(others.get(i - 1).submit(() -> work.accept(number)));
    }
    Throwable failure = null;
    try {
      work.accept(0);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    for (Future<?> future : running) {
      try {
        future.get();
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      }
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }

  /** Interrupts the other threads, which end with the work that they have begun. */
  @Override
  public void close() {
    others.forEach(ExecutorService::shutdownNow);
  }
}
