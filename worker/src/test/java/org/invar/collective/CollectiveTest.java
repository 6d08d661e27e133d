package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rounds without faults: everything arrives, whatever the sizes and speeds. */
@Timeout(60)
class CollectiveTest {
  private static final Duration STALL = Duration.ofSeconds(20);

  private static Gang.Entrance entrance(String transport, int size, boolean encrypted) {
    return transport.equals("tcp")
        ? Gang.tcp(size, encrypted, STALL)
        : Gang.inProcess(size, encrypted, STALL);
  }

  @ParameterizedTest
  @CsvSource({
    "memory, 1, false",
    "memory, 2, false",
    "memory, 3, true",
    "memory, 4, false",
    "memory, 5, true",
    "memory, 6, false",
    "memory, 7, false",
    "memory, 8, true",
    "memory, 9, false",
    "tcp, 1, false",
    "tcp, 2, true",
    "tcp, 3, false",
    "tcp, 5, true",
    "tcp, 9, false"
  })
  void everyFrameArrives(String transport, int size, boolean encrypted) throws Exception {
    AtomicLong sent = new AtomicLong();
    AtomicLong received = new AtomicLong();
    Gang.run(
        size,
        entrance(transport, size, encrypted),
        collective -> {
          assertEquals(size, collective.size());
          for (int number = 0; number < 12; number++) {
            int longest = number % 3 == 0 ? 40 : number % 3 == 1 ? 5_000 : Frames.MAX_PAYLOAD;
            collective.run(new NoiseRound(5, number, collective.rank(), size, longest, 6));
            if ((number + collective.rank()) % 4 == 0) {
              Thread.sleep(10L * collective.rank());
            }
          }
          sent.addAndGet(collective.bytesSent());
          received.addAndGet(collective.bytesReceived());
        });
    assertEquals(size > 1, sent.get() > 0);
    assertEquals(sent.get(), received.get(), "bytes sent and received by all");
  }

  @ParameterizedTest
  @CsvSource({"memory, 4, true", "tcp, 3, false"})
  void aFastWorkerIsRoundsAhead(String transport, int size, boolean encrypted) throws Exception {
    // Worker 0 only gives; it may be through with rounds that the others have not begun.
    Gang.run(
        size,
        entrance(transport, size, encrypted),
        collective -> {
          if (collective.rank() > 0) {
            Thread.sleep(200);
          }
          for (int number = 0; number < 50; number++) {
            collective.run(new OneWay(number, collective.rank(), 0));
          }
          collective.run(new NoiseRound(8, 50, collective.rank(), size, 100, 3));
        });
  }

  @ParameterizedTest
  @CsvSource({"memory, 1", "memory, 3", "memory, 8", "tcp, 2", "tcp, 4"})
  void whatIsGivenMayDependOnWhatWasTaken(String transport, int size) throws Exception {
    int length = 100_003;
    float[] expected = new float[length];
    for (int i = 0; i < length; i++) {
      expected[i] = (i % 1000) * size * (size + 1) / 2f;
    }
    Gang.run(
        size,
        entrance(transport, size, false),
        collective -> {
          for (int number = 0; number < 5; number++) {
            float[] values = new float[length];
            Arrays.fill(values, collective.rank() + 1);
            for (int i = 0; i < length; i++) {
              values[i] *= i % 1000;
            }
            collective.run(new SumRound(number, collective.rank(), size, values));
            assertArrayEquals(expected, values);
          }
        });
  }

  @Test
  void aloneARoundOnlyWorks() throws Exception {
    try (Collective alone = Collective.alone()) {
      NoiseRound round = new NoiseRound(1, 1, 0, 1, 10, 10);
      alone.run(round);
      assertEquals(0, alone.rank());
      assertEquals(1, alone.size());
      assertEquals(0, alone.bytesSent() + alone.bytesReceived());
      alone.abort("enough");
      PeerException stopped = assertThrows(PeerException.class, () -> alone.run(round));
      assertTrue(stopped.getMessage().contains("enough"), stopped.getMessage());
    }
  }

  @Test
  void aRoundThatWaitsForNobodyIsABugOfItsOwn() {
    InProcess gang = InProcess.of(2, false);
    try (Collective collective = gang.join(0, STALL)) {
      IllegalStateException bug =
          assertThrows(
              IllegalStateException.class,
              () -> collective.run(new OneWay(3, 0, 0).withoutFrames()));
      assertTrue(bug.getMessage().contains("round 3"), bug.getMessage());
    }
  }
}
