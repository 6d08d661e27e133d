package org.invar.collective;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever goes wrong on the way ends every worker with a message, soon, and gives no wrong data.
 */
@Timeout(60)
class CollectiveFaultTest {
  private static final Duration STALL = Duration.ofMillis(700);
  private static final int ROUNDS = 12;

  /** Runs rounds of noise, whose content is checked, until something fails. */
  private static void noise(Collective collective) throws Exception {
    for (int number = 0; number < ROUNDS; number++) {
      collective.run(new NoiseRound(3, number, collective.rank(), collective.size(), 9_000, 5));
    }
  }

  private static Fault fault(
      String kind, int from, int to, long position, SplittableRandom random) {
    return switch (kind) {
      case "drop" -> new Fault.Drop(from, to, position, 1 + random.nextInt(20_000));
      case "corrupt" -> new Fault.Corrupt(from, to, position, random.nextInt(8));
      case "rest" -> new Fault.Delay(from, to, position, Duration.ofSeconds(30));
      default -> new Fault.Disconnect(from, to, position);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "drop, false",
    "drop, true",
    "corrupt, false",
    "corrupt, true",
    "rest, false",
    "disconnect, false",
    "disconnect, true"
  })
  void endsEveryWorker(String kind, boolean encrypted) throws Exception {
    SplittableRandom random = new SplittableRandom(kind.hashCode());
    for (int trial = 0; trial < 6; trial++) {
      int size = 2 + random.nextInt(4);
      int from = random.nextInt(size);
      int to = (from + 1 + random.nextInt(size - 1)) % size;
      Fault fault = fault(kind, from, to, random.nextInt(100_000), random);
      List<@Nullable Throwable> failures =
          Gang.failures(
              size, Gang.inProcess(size, encrypted, STALL, fault), CollectiveFaultTest::noise);
      boolean blamed = false;
      for (int rank = 0; rank < size; rank++) {
        String context = fault + ", worker " + rank + ": " + failures.get(rank);
        PeerException failure = assertInstanceOf(PeerException.class, failures.get(rank), context);
        assertTrue(failure.getMessage().contains("worker " + rank), context);
        assertTrue(failure.getMessage().contains("worker " + failure.peer()), context);
        assertTrue(failure.getMessage().contains("the noise of round "), context);
        blamed |= (rank == to && failure.peer() == from) || (rank == from && failure.peer() == to);
      }
      assertTrue(blamed, "nobody blames the faulty connection of " + fault + ": " + failures);
    }
  }

  @Test
  void aShortDelayHarmsNobody() throws Exception {
    Duration pause = Duration.ofMillis(200);
    Gang.run(
        3,
        Gang.inProcess(
            3,
            true,
            Duration.ofSeconds(20),
            new Fault.Delay(0, 1, 0, pause),
            new Fault.Delay(1, 2, 70_000, pause),
            new Fault.Delay(2, 0, 70_001, pause)),
        CollectiveFaultTest::noise);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSilentWorkerIsNamed(boolean tcp) throws Exception {
    CountDownLatch over = new CountDownLatch(2);
    List<@Nullable Throwable> failures =
        Gang.failures(
            3,
            tcp ? Gang.tcp(3, false, STALL) : Gang.inProcess(3, false, STALL),
            collective -> {
              if (collective.rank() == 2) {
                over.await();
                return;
              }
              try {
                collective.run(new OneWay(9, collective.rank(), 2));
              } finally {
                over.countDown();
              }
            });
    for (int rank = 0; rank < 2; rank++) {
      PeerException failure = assertInstanceOf(PeerException.class, failures.get(rank));
      String where = tcp ? "127\\.0\\.0\\.1:\\d+" : "in this process";
      assertTrue(
          failure
              .getMessage()
              .matches(
                  "worker 2 \\("
                      + where
                      + "\\) sent nothing for 0.7 s while worker "
                      + rank
                      + " waited for the word of worker 2"),
          failure.getMessage());
      assertEquals(2, failure.peer());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWorkerThatAcceptsNothingIsNamed(boolean tcp) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    List<@Nullable Throwable> failures =
        Gang.failures(
            2,
            tcp ? Gang.tcp(2, false, STALL) : Gang.inProcess(2, false, STALL),
            collective -> {
              if (collective.rank() == 1) {
                over.await();
                return;
              }
              try {
                for (int number = 0; true; number++) {
                  collective.run(new OneWay(number, 0, 0));
                }
              } finally {
                over.countDown();
              }
            });
    PeerException failure = assertInstanceOf(PeerException.class, failures.get(0));
    assertTrue(failure.getMessage().contains("accepted nothing for 0.7 s"), failure.getMessage());
    assertEquals(1, failure.peer());
  }

  @Test
  void workersOutOfStepFindOut() throws Exception {
    List<@Nullable Throwable> failures =
        Gang.failures(
            2,
            Gang.inProcess(2, false, STALL),
            collective -> collective.run(new OneWay(4 + collective.rank(), collective.rank(), 0)));
    PeerException failure = assertInstanceOf(PeerException.class, failures.get(1));
    assertTrue(
        failure.getMessage().contains("is out of step: it sent a frame of round 4, not 5"),
        failure.getMessage());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWorkerWithAFaultOfItsOwnEndsTheOthers(boolean tcp) throws Exception {
    Duration longer = Duration.ofSeconds(30);
    List<@Nullable Throwable> failures =
        Gang.failures(
            4,
            tcp ? Gang.tcp(4, true, longer) : Gang.inProcess(4, true, longer),
            collective -> {
              if (collective.rank() == 1) {
                throw new IllegalStateException("out of memory, say");
              }
              for (int number = 0; true; number++) {
                collective.run(new NoiseRound(3, number, collective.rank(), 4, 900, 5));
              }
            });
    assertInstanceOf(IllegalStateException.class, failures.get(1));
    for (int rank : new int[] {0, 2, 3}) {
      assertInstanceOf(PeerException.class, failures.get(rank));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void abortEndsTheRoundUnderWayAndLaterOnes(boolean tcp) throws Exception {
    Duration longer = Duration.ofSeconds(30);
    CountDownLatch over = new CountDownLatch(1);
    List<@Nullable Throwable> failures =
        Gang.failures(
            2,
            tcp ? Gang.tcp(2, false, longer) : Gang.inProcess(2, false, longer),
            collective -> {
              if (collective.rank() == 1) {
                over.await();
                return;
              }
              Thread other = new Thread(() -> abort(collective));
              other.start();
              OneWay round = new OneWay(9, 0, 1);
              PeerException first = assertThrows(PeerException.class, () -> collective.run(round));
              assertEquals(PeerException.UNKNOWN, first.peer());
              assertTrue(
                  first
                      .getMessage()
                      .equals(
                          "worker 0 stopped before the end of the word of worker 1: the driver"
                              + " wants to stop"),
                  first.getMessage());
              PeerException second = assertThrows(PeerException.class, () -> collective.run(round));
              assertTrue(second.getMessage().contains("the driver wants to stop"));
              over.countDown();
            });
    assertEquals(Arrays.asList(null, null), failures);
  }

  private static void abort(Collective collective) {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    collective.abort("the driver wants to stop");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsARoundWithinASecond(boolean tcp) throws Exception {
    Duration longer = Duration.ofSeconds(30);
    Gang.Entrance entrance = tcp ? Gang.tcp(2, false, longer) : Gang.inProcess(2, false, longer);
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    Thread peer = new Thread(() -> join(entrance, 1));
    peer.start();
    Thread worker =
        new Thread(
            () -> {
              try (Collective collective = entrance.join(0)) {
                collective.run(new OneWay(9, 0, 1));
              } catch (Throwable e) {
                seen.set(e);
              }
            });
    worker.start();
    peer.join(5_000);
    Thread.sleep(100);
    worker.interrupt();
    worker.join(1_000);
    Throwable end = assertNotNullValue(seen.get());
    assertInstanceOf(InterruptedException.class, end, end.toString());
  }

  private static Throwable assertNotNullValue(@Nullable Throwable value) {
    assertNotNull(value, "still blocked");
    return value;
  }

  @SuppressWarnings("MustBeClosedChecker")
  private static void join(Gang.Entrance entrance, int rank) {
    try {
      entrance.join(rank);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
