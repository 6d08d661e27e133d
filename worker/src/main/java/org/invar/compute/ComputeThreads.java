package org.invar.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker's compute threads, of which the thread that makes them is the first.
 *
 * <p>A thread's number is fixed, so that what is bound to threads, like ND4J's workspaces, stays
 * with it.
 */
public final class ComputeThreads implements AutoCloseable {
  /**
   * How long a thread without work looks for some before it sleeps: a step has several runs close
   * behind each other, and to wake a core takes as long as a small network's layer.
   */
  private static final long SPIN_NANOS = 200_000;

  private final List<Companion> others = new ArrayList<>();

  /** Makes that many threads, of which the caller is one. */
  public ComputeThreads(int threads) {
    for (int i = 1; i < threads; i++) {
      others.add(new Companion(i));
    }
    others.forEach(Thread::start);
  }

  /** Another thread than the caller's, which takes one run after another. */
  private static final class Companion extends Thread {
    private final int number;
    private volatile @Nullable Run next;
    private volatile boolean closed;

    Companion(int number) {
      super("invar-compute-" + number);
      setDaemon(true);
      this.number = number;
    }

    void give(Run run) {
      next = run;
      LockSupport.unpark(this);
    }

    /** Ends with the work that it has begun, which is interrupted. */
    void close() {
      closed = true;
      interrupt();
    }

    @Override
    public void run() {
      for (Run run = take(); run != null; run = take()) {
        run.onOther(number);
      }
    }

    private @Nullable Run take() {
      long idle = System.nanoTime();
      while (!closed) {
        Thread.interrupted(); // Whatever ended the last run is over.
        Run run = next;
        if (run != null) {
          next = null;
          return run;
        }
        pause(this, idle);
      }
      return null;
    }
  }

  private static void pause(Object blocker, long idle) {
    if (System.nanoTime() - idle < SPIN_NANOS) {
      Thread.onSpinWait();
    } else {
      LockSupport.park(blocker);
    }
  }

  /** One run's work, on all threads. */
  private static final class Run {
    private final IntConsumer work;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger left;
    private final @Nullable Thread[] running;
    private final @Nullable Throwable[] failures;
    private boolean interrupted;

    Run(int threads, IntConsumer work) {
      this.work = work;
      this.left = new AtomicInteger(threads - 1);
      this.running = new @Nullable Thread[threads];
      this.failures = new @Nullable Throwable[threads];
    }

    void onOther(int number) {
      try {
        begin(number);
        accept(number);
      } finally {
        end(number);
        if (left.decrementAndGet() == 0) {
          LockSupport.unpark(caller);
        }
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
      long idle = System.nanoTime();
      do {
        if (Thread.interrupted()) {
          interrupt();
        }
        if (left.get() > 0) {
          pause(this, idle);
        }
      } while (left.get() > 0);
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
    var run = new Run(count(), work);
    others.forEach(other -> other.give(run));
    run.accept(0);
    run.await();
    run.rethrow();
  }

  /** Interrupts the other threads, which end with the work that they have begun. */
  @Override
  public void close() {
    others.forEach(Companion::close);
  }
}
