package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.invar.collective.Collective;
import org.invar.collective.InProcess;
import org.jspecify.annotations.Nullable;

/** Workers of a gang as threads of a test, each with its own collective. */
public final class Workers {
  private static final Duration STALL = Duration.ofSeconds(30);

  /** What a worker does. */
  public interface Body {
    void run(Collective collective) throws Exception;
  }

  private Workers() {}

  /** Runs all workers, none of which may fail. */
  public static void run(int size, Body body) throws Exception {
    List<@Nullable Throwable> failures = failures(InProcess.of(size, false), size, STALL, body);
    // A worker that fails ends the others: what they say is not the cause.
    Throwable cause = null;
    for (Throwable failure : failures) {
      if (failure != null && (cause == null || cause instanceof java.io.IOException)) {
        cause = failure;
      }
    }
    if (cause != null) {
      throw new AssertionError("a worker of " + size + " failed: " + cause, cause);
    }
  }

  /** Runs all workers and returns what each failed with, null where it did not. */
  static List<@Nullable Throwable> failures(InProcess gang, int size, Duration stall, Body body)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<Future<@Nullable Throwable>> ends = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        Collective collective = gang.join(rank, stall);
        ends.add(threads.submit(() -> failure(collective, body)));
      }
      threads.shutdown();
      assertTrue(threads.awaitTermination(60, TimeUnit.SECONDS), "a worker hangs");
      List<@Nullable Throwable> failures = new ArrayList<>();
      for (Future<@Nullable Throwable> end : ends) {
        failures.add(end.get());
      }
      return failures;
    } finally {
      threads.shutdownNow();
    }
  }

  private static @Nullable Throwable failure(Collective collective, Body body) {
    try (collective) {
      body.run(collective);
      return null;
    } catch (Throwable e) {
      return e;
    }
  }
}
