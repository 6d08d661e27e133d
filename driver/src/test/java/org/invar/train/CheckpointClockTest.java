package org.invar.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.invar.config.Interval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When checkpoints are due, by a clock that the test sets. */
class CheckpointClockTest {
  private static final int CHECKPOINTS = 200;

  private final AtomicLong nanos = new AtomicLong(-5);

  /**
   * Trains in steps of one length, stopping for every checkpoint as long as it takes, and returns
   * the share of the time from the first checkpoint's begin to the last one's that they took.
   *
   * @param cost milliseconds of the n-th checkpoint
   */
  private double share(long stepMillis, LongUnaryOperator cost) {
    var clock = new CheckpointClock(new Interval.Auto(), nanos::get);
    long step = 0;
    double spent = 0;
    long first = 0;
    for (int n = 0; n < CHECKPOINTS; ) {
      long stretch = clock.stretch(step, 1000.0 / stepMillis);
      step += stretch;
      pass(stretch * stepMillis);
      if (clock.isDue(step)) {
        first = n == 0 ? nanos.get() : first;
        clock.begin(step);
        if (n == CHECKPOINTS - 1) {
          break;
        }
        double millis = cost.applyAsLong(n++);
        pass((long) millis);
        clock.took(millis);
        spent += millis;
      }
    }
    return spent / ((nanos.get() - first) * 1e-6);
  }

  private void pass(long millis) {
    nanos.addAndGet(millis * 1_000_000);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 199", "40, 200", "40, 1000", "40, 7000", "3000, 7000", "40, 600000"})
  void checkpointsTakeNoMoreThanTwoPercentOfTheTime(long stepMillis, long costMillis) {
    double share = share(stepMillis, n -> costMillis);
    assertTrue(share > 0 && share < 0.02 + 1e-12, "share " + share);
  }

  /** Each cost makes the time to the next checkpoint, so a mixture is no worse. */
  @Test
  void checkpointsOfDifferentCostsTakeNoMoreThanTwoPercentEither() {
    double share = share(40, n -> n % 3 == 0 ? 90_000 : 300);
    assertTrue(share > 0.015 && share < 0.02 + 1e-12, "share " + share);
  }

  @Test
  void cheapCheckpointsAreTenSecondsApart() {
    var clock = new CheckpointClock(new Interval.Auto(), nanos::get);
    clock.begin(0);
    clock.took(3);
    pass(9_999);
    assertFalse(clock.isDue(7));
    assertFalse(clock.isDueAfterEpoch());
    pass(1);
    assertTrue(clock.isDue(7));
    assertTrue(clock.isDueAfterEpoch());
  }

  @Test
  void fixedStepsDoNotLookAtTheTime() {
    var clock = new CheckpointClock(new Interval.Fixed(5), nanos::get);
    clock.begin(0);
    clock.took(1e9);
    assertFalse(clock.isDue(4));
    assertTrue(clock.isDue(5));
    assertTrue(clock.isDue(6), "a stretch ended behind it");
    assertEquals(5, clock.stretch(0, 1000));
    assertEquals(2, clock.stretch(8, 1000));
    clock.begin(6);
    pass(1_000_000);
    assertFalse(clock.isDue(9));
    assertTrue(clock.isDue(10));
    assertTrue(clock.isDueAfterEpoch());
  }
}
