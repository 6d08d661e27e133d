package org.invar.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * How long two cores take to hand a cache line over and back, in nanoseconds: some 50 where they
 * share a cache, several times that where they do not.
 *
 * <p>A hypervisor moves virtual processors between physical ones as it likes. On two distant ones
 * all that threads exchange takes longer, in any library, so who compares libraries needs to know
 * when that was.
 */
public final class HandOff {
  private static final int ROUNDS = 12;
  private static final int TURNS = 100;
  private static final long MOST_NANOS = 8_000_000;

  /** Who waits longer for a turn has no partner on another core. */
  private static final long PATIENCE_NANOS = 20_000;

  /** Longer rounds were interrupted. */
  private static final long ROUND_NANOS = TURNS * 2_000L;

  private static final int SPINS = 64;

  /** Of 64 integers the one in the middle: it has its cache line to itself. */
  private static final int SLOT = 32;

  private static final long EVERY_MILLIS = 250;

  /** Measurements until HotSpot has compiled this. */
  private static final int WARM_UP = 100;

  private final AtomicIntegerArray line = new AtomicIntegerArray(2 * SLOT);
  private volatile boolean over;

  private HandOff() {}

  /**
   * Prints the time in seconds since 1970 and the nanoseconds, four lines a second, until the input
   * ends.
   */
  public static void main(String[] args) throws IOException {
    Thread printer = new Thread(HandOff::print, "invar-hand-off");
    printer.setDaemon(true);
    printer.start();
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  private static void print() {
    try {
      for (int i = 0; i < WARM_UP; i++) {
        nanos();
      }
      while (true) {
        OptionalDouble nanos = nanos();
        if (nanos.isPresent()) {
          System.out.printf(
              Locale.ROOT, "%.3f %.0f%n", System.currentTimeMillis() * 1e-3, nanos.getAsDouble());
          System.out.flush();
        }
        Thread.sleep(EVERY_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the least of some rounds' means; empty where two threads did not get two cores. */
  static OptionalDouble nanos() throws InterruptedException {
    return new HandOff().measure();
  }

  private OptionalDouble measure() throws InterruptedException {
    Thread partner = new Thread(this::answer, "invar-hand-off-partner");
    partner.setDaemon(true);
    partner.start();
    double least = Double.POSITIVE_INFINITY;
    long begin = System.nanoTime();
    int turn = 0;
    int rounds = 0;
    while (rounds < ROUNDS && System.nanoTime() - begin < MOST_NANOS) {
      boolean prompt = true;
      long start = System.nanoTime();
      for (int i = 0; i < TURNS && prompt; i++, turn += 2) {
        line.set(SLOT, turn + 1);
        prompt = await(turn + 2);
      }
      long nanos = System.nanoTime() - start;
      if (prompt && nanos < ROUND_NANOS) {
        least = Math.min(least, nanos / (double) TURNS);
        rounds++;
      }
    }
    over = true;
    partner.join();
    return Double.isFinite(least) ? OptionalDouble.of(least) : OptionalDouble.empty();
  }

  private void answer() {
    for (int turn = 1; !over; turn += 2) {
      await(turn);
      line.set(SLOT, turn + 1);
    }
  }

  /** Returns, once the value has come, whether it came before this thread lost patience. */
  private boolean await(int value) {
    boolean prompt = true;
    long start = System.nanoTime();
    for (int spins = 1; line.get(SLOT) != value && !over; spins++) {
      if (spins % SPINS == 0 && System.nanoTime() - start > PATIENCE_NANOS) {
        prompt = false;
        LockSupport.parkNanos(PATIENCE_NANOS);
      }
    }
    return prompt;
  }
}
