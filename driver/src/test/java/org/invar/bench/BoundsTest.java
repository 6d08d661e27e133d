package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.invar.gang.ExchangeProbe.Pace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BoundsTest {
  private static final Pace FEW = new Pace(0, 4, 4);

  @Test
  void everybodySendsToEverybody() {
    try (var loopback = Loopback.open(3)) {
      // More than socket buffers hold, and no multiple of what is sent at once.
      double[] millis = loopback.steps(10_000_001, FEW);

      assertEquals(4, millis.length);
      assertTrue(Arrays.stream(millis).allMatch(one -> one > 0), Arrays.toString(millis));
    }
  }

  @Test
  void boundsAreTimes() {
    assertTrue(Bounds.copyMillis(40_000, FEW) > 0);
    assertTrue(Bounds.loopbackMillis(4_000, 2, FEW) > 0);
  }

  @Test
  void theMedianIsTheMiddle() {
    assertEquals(2, Median.of(9, 1, 2));
    assertEquals(2.5, Median.of(3, 9, 2, 1));
  }
}
