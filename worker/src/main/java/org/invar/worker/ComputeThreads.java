package org.invar.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

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
      others.add(Executors.newSingleThreadExecutor(work -> GangSession.daemon(work, name)));
    }
  }

  /** One run's work, on all threads. */
  private final class Run {
    private final IntConsumer work;
    private final CountDownLatch left = new CountDownLatch(others.size());
    private final @Nullable Thread[] running = new @Nullable Thread[count()];
    private final @Nullable Throwable[] failures = new @Nullable Throwable[count()];
    private boolean interrupted;

    Run(IntConsumer work) {
      this.work = work;
    }

    void onOther(int number) {
      try {
        begin(number);
        accept(number);
      } finally {
        end(number);
        left.countDown();
      }
    }

    /** Whatever a layer throws must be heard: a thread without its sum would make a wrong one. */
    void accept(int number) {
      try {
        work.accept(number);
      } catch (Throwable e) {
        failures[number] = e;
      }
    }

    private synchronized void begin(int number) {
      running[number] = Thread.currentThread();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized void end(int number) {
      running[number] = null;
    }

    private synchronized void interrupt() {
      interrupted = true;
      for (Thread thread : running) {
        if (thread != null) {
          thread.interrupt();
        }
      }
    }

    /** Waits for the other threads, which use what the caller may free; an interrupt ends them. */
    void await() throws InterruptedException {
      boolean there = false;
      while (!there) {
        try {
          left.await();
          there = true;
        } catch (InterruptedException e) {
          interrupt();
        }
      }
      if (interrupted) {
        throw new InterruptedException("interrupted while it computed");
      }
    }

    void rethrow() {
      for (Throwable failure : failures) {
        if (failure instanceof RuntimeException e) {
          throw e;
        }
        if (failure instanceof Error e) {
          throw e;
        }
        if (failure != null) {
          throw new IllegalStateException(failure); // Scala's layers need not declare any.
        }
      }
    }
  }

  /** Returns the number of threads. */
  int count() {
    return others.size() + 1;
  }

  /**
   * Runs the work once on every thread, with the thread's number, and waits for all.
   *
   * <p>All have ended when this returns or throws. The first failure, by number, is thrown; an
   * interrupt of the caller is handed on to all threads.
   */
  void run(IntConsumer work) throws InterruptedException {
    var run = new Run(work);
    for (int i = 1; i < count(); i++) {
      int number = i;
      others.get(i - 1).execute(() -> run.onOther(number));
    }
    run.accept(0);
    run.await();
    run.rethrow();
  }

  /** Interrupts the other threads, which end with the work that they have begun. */
  @Override
  public void close() {
    others.forEach(ExecutorService::shutdownNow);
  }
}
