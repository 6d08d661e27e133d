package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.invar.collective.Fault;
import org.invar.collective.InProcess;
import org.invar.collective.PeerException;
import org.invar.optim.Adam;
import org.invar.optim.Clipping;
import org.invar.optim.Group;
import org.invar.optim.RmsProp;
import org.invar.optim.UpdateRule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The all-reduce of a step over slices: one sequence of bits for any number of workers. */
@Timeout(60)
class SliceRoundTest {
  private static final double NONE = Double.POSITIVE_INFINITY;

  private static UpdateRule rule(String optimizer, double l2, double norm, double value) {
    return UpdateRule.of(
        optimizer.equals("adam") ? Adam.of() : RmsProp.of(), l2, new Clipping(norm, value));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 7, 16, adam, 0, Infinity, Infinity",
    "1, 0, 16, rmsProp, 0.1, Infinity, Infinity",
    "4095, 1, 13, adam, 0.1, 0.5, Infinity",
    "4096, 7, 16, rmsProp, 0, Infinity, 0.01",
    "4097, 5000, 15, adam, 0.01, 0.3, 0.02",
    "40000, 1, 1, adam, 0, 1, Infinity",
    "100000, 5000, 16, adam, 0.001, 0.5, Infinity",
    "100000, 0, 11, rmsProp, 0, Infinity, Infinity",
    "100000, 7, 16, rmsProp, 0.1, 2, 0.05"
  })
  void anyNumberOfWorkersGivesTheBitsOfWholeArrays(
      int parameters, int state, int shards, String optimizer, double l2, double norm, double value)
      throws Exception {
    var run = new SliceRun(parameters, state, shards, rule(optimizer, l2, norm, value));
    for (int workers = 1; workers <= 9; workers++) {
      Workers.run(workers, run::work);
    }
  }

  @Test
  void groupsHaveTheBitsOfWholeArrays() throws Exception {
    var groups = List.of(new Group("*.w", true, 1), new Group("*.b", false, 3));
    var rule = new UpdateRule(Adam.of(), 0.1, new Clipping(0.5, NONE), groups);
    var run = new SliceRun(30_000, 500, 11, rule);
    for (int workers = 1; workers <= 5; workers++) {
      Workers.run(workers, run::work);
    }
  }

  /** A fault anywhere ends workers, if it comes before their last byte, and never changes a bit. */
  @ParameterizedTest
  @CsvSource({"drop, false", "corrupt, true", "corrupt, false", "rest, false", "disconnect, true"})
  void aFaultInAStepNeverGivesWrongBits(String kind, boolean encrypted) throws Exception {
    var run = new SliceRun(30_000, 500, 11, rule("adam", 0.1, 0.5, NONE));
    var random = new SplittableRandom(kind.hashCode());
    int ended = 0;
    for (int trial = 0; trial < 5; trial++) {
      int size = 2 + random.nextInt(4);
      int from = random.nextInt(size);
      int to = (from + 1 + random.nextInt(size - 1)) % size;
      Fault fault = fault(kind, from, to, random.nextInt(900_000 / size), random);
      List<@Nullable Throwable> failures =
          Workers.failures(
              InProcess.of(size, encrypted, fault), size, Duration.ofMillis(600), run::work);
      for (int rank = 0; rank < size; rank++) {
        Throwable failure = failures.get(rank);
        if (failure != null) {
          String context = fault + ", worker " + rank + ": " + failure;
          PeerException named = assertInstanceOf(PeerException.class, failure, context);
          assertTrue(named.getMessage().contains("worker " + rank), context);
          assertTrue(named.getMessage().contains("worker " + named.peer()), context);
          assertTrue(named.getMessage().contains("the gradient of step "), context);
          ended++;
        }
      }
    }
    assertTrue(ended > 0, "no fault was met");
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

  @Test
  void aDelayChangesNothing() throws Exception {
    var run = new SliceRun(30_000, 500, 11, rule("rmsProp", 0, 0.5, NONE));
    Duration pause = Duration.ofMillis(100);
    List<@Nullable Throwable> failures =
        Workers.failures(
            InProcess.of(
                3,
                false,
                new Fault.Delay(0, 1, 0, pause),
                new Fault.Delay(1, 2, 70_000, pause),
                new Fault.Delay(2, 0, 70_001, pause)),
            3,
            Duration.ofSeconds(20),
            run::work);
    assertTrue(failures.stream().allMatch(failure -> failure == null), failures.toString());
  }
}
