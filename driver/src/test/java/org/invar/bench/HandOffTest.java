package org.invar.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How far cores are from each other decides nothing here; that it is found, and in time, does. */
class HandOffTest {
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void findsTheTimeOnTwoCoresAndNoneOnOne() throws Exception {
    List<Double> found = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      OptionalDouble nanos = HandOff.nanos();
      nanos.ifPresent(found::add);
    }
    boolean twoCores = Runtime.getRuntime().availableProcessors() > 1;
    assertTrue(twoCores != found.isEmpty(), found.toString());
    // No cores hand a cache line over and back within three cycles.
    assertTrue(found.stream().allMatch(nanos -> nanos > 1), found.toString());
  }
}
