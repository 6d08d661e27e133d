package org.invar.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ComputeThreadsTest {
  private final ComputeThreads threads = new ComputeThreads(3);

  @AfterEach
  void close() {
    threads.close();
  }

  @Test
  void everyThreadWorksOnceUnderItsNumber() throws Exception {
    AtomicIntegerArray runs = new AtomicIntegerArray(3);
    Thread[][] seen = new Thread[2][3];
    for (int round = 0; round < 2; round++) {
      Thread[] now = seen[round];
      threads.run(
          number -> {
            runs.incrementAndGet(number);
            now[number] = Thread.currentThread();
          });
    }
    assertEquals("[2, 2, 2]", runs.toString());
    assertSame(Thread.currentThread(), seen[0][0]);
    assertArrayEquals(seen[0], seen[1], "a number changed its thread");
  }

  @Test
  void theFirstFailureByNumberReachesTheCallerWhenAllHaveEnded() throws Exception {
    var second = new OutOfMemoryError("of thread 1");
    AtomicBoolean ended = new AtomicBoolean();
    var e =
        assertThrows(
            OutOfMemoryError.class,
            () ->
                threads.run(
                    number -> {
                      if (number == 1) {
                        throw second;
                      }
                      if (number == 2) {
                        pause(100);
                        ended.set(true);
                        throw new IllegalStateException("of thread 2");
                      }
                    }));
    assertSame(second, e);
    assertTrue(ended.get(), "a thread was still at work");
    threads.run(number -> {}); // A failure is over.
  }

  @Test
  void anExceptionThatNobodyDeclaredIsNotLost() {
    for (int failing = 0; failing < 3; failing++) {
      int number = failing;
      var e =
          assertThrows(
              IllegalStateException.class,
              () ->
                  threads.run(
                      self -> {
                        if (self == number) {
                          sneak(new IOException("undeclared"));
                        }
                      }));
      assertEquals("undeclared", String.valueOf(e.getCause().getMessage()));
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Exception> void sneak(Exception e) throws E {
    throw (E) e;
  }

  @Test
  void anInterruptOfTheCallerEndsAllThreadsBeforeItIsThrown() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    AtomicIntegerArray ends = new AtomicIntegerArray(3);
    Throwable end =
        interrupted(
            begun,
            number -> {
              if (number > 0) {
                begun.countDown();
                while (!Thread.currentThread().isInterrupted()) {
                  Thread.onSpinWait();
                }
                ends.incrementAndGet(number);
                throw new CancellationException("interrupted");
              }
            });
    assertTrue(end instanceof InterruptedException, String.valueOf(end));
    assertEquals("[0, 1, 1]", ends.toString());
  }

  @Test
  void anInterruptedCallerThatGivesUpDoesNotLeaveTheOthersAtWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    AtomicIntegerArray ends = new AtomicIntegerArray(3);
    Throwable end =
        interrupted(
            begun,
            number -> {
              begun.countDown();
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              ends.incrementAndGet(number);
              ShardComputer.checkInterrupt();
            });
    assertTrue(end instanceof InterruptedException, String.valueOf(end));
    assertEquals("[1, 1, 1]", ends.toString());
  }

  /** Interrupts a caller once the work has begun; returns what run threw. */
  private static @Nullable Throwable interrupted(CountDownLatch begun, IntConsumer work)
      throws InterruptedException {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flagged = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try (var own = new ComputeThreads(3)) {
                own.run(work);
              } catch (Throwable e) {
                thrown.set(e);
              }
              flagged.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    begun.await();
    caller.interrupt();
    caller.join();
    assertFalse(flagged.get(), "the interrupt was thrown, and is still set");
    return thrown.get();
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
