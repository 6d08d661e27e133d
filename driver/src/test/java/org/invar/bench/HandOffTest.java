package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How far cores are from each other decides nothing here; that the threads end does. */
class HandOffTest {
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void takesTheLeastMeanOfPromptRoundsOrNothing() throws Exception {
    for (int i = 0; i < 20; i++) {
      OptionalDouble nanos = HandOff.nanos();
      assertTrue(
          nanos.isEmpty() || (nanos.getAsDouble() > 1 && nanos.getAsDouble() < 40_000),
          nanos.toString());
    }
  }
}
