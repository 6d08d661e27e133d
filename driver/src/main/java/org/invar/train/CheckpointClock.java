package org.invar.train;

import java.util.function.LongSupplier;
import org.invar.config.Interval;

/**
 * When a checkpoint is due: after a number of steps, or as often as costs less than two percent of
 * the time.
 */
final class CheckpointClock {
  /** Time between checkpoints for each unit of time that one costs. */
  private static final int COSTS = 50;

  /** No more often than this: an object store charges for every file. */
  private static final double LEAST_SECONDS = 10;

  /** A run looks at the clock about this often. */
  private static final double LOOK_SECONDS = 1;

  private final Interval interval;
  private final LongSupplier nanos;
  private long begun;
  private double cost;
  private long last;

  CheckpointClock(Interval interval) {
    this(interval, System::nanoTime);
  }

  /**
   * Makes a clock.
   *
   * @param nanos the time, of any origin
   */
  CheckpointClock(Interval interval, LongSupplier nanos) {
    this.interval = interval;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
  }

  /** Notes that one is begun, or was gone on from, after that many steps. */
  void begin(long step) {
    begun = nanos.getAsLong();
    last = step;
  }

  /** Notes what the last one cost: copying, writing and completing it. */
  void took(double millis) {
    cost = millis / 1000;
  }

  /** Returns whether one is due after that many steps of the run. */
  boolean isDue(long step) {
    return interval instanceof Interval.Fixed fixed
        ? step / fixed.steps() > last / fixed.steps()
        : (nanos.getAsLong() - begun) * 1e-9 >= Math.max(LEAST_SECONDS, COSTS * cost);
  }

  /** Returns whether one is due at the end of an epoch. */
  boolean isDueAfterEpoch() {
    return interval instanceof Interval.Fixed || isDue(last);
  }

  /**
   * Returns how many steps to take before looking at the clock.
   *
   * @param step the steps taken
   * @param perSecond the steps that a second takes, or 0 while that is not known
   */
  long stretch(long step, double perSecond) {
    return interval instanceof Interval.Fixed fixed
        ? fixed.steps() - step % fixed.steps()
        : Math.max(1, (long) (perSecond * LOOK_SECONDS));
  }
}
