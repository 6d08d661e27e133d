package org.invar.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.invar.InvarException;
import org.junit.jupiter.api.Test;

/** How long trials may take: a clock that the test moves. */
class TrialWatchTest {
  private final Set<Integer> working = new HashSet<>();
  private final List<String> ended = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final TrialWatch.Trainings trainings =
      new TrialWatch.Trainings() {
        @Override
        public boolean works(int trial) {
          return working.contains(trial);
        }

        @Override
        public void end(int trial, String reason) {
          ended.add(trial + ": " + reason);
        }

        @Override
        public int slots() {
          return 2;
        }
      };

  private TrialWatch watch(Duration limit) {
    return new TrialWatch(trainings, limit, Duration.ofMinutes(10));
  }

  private void look(TrialWatch watch, int from, int to) {
    for (int second = from; second <= to; second++) {
      watch.look(second * 1_000_000_000L, told::add);
    }
  }

  @Test
  void aTrialIsSpokenOfAfterTheStallTimeAndTwiceThat() {
    TrialWatch watch = watch(null);
    working.add(3);
    watch.begun(3, 0, 0);
    look(watch, 1, 599);
    assertEquals(List.of(), told);
    look(watch, 600, 1300);
    assertEquals(2, told.size(), told.toString());
    assertTrue(told.get(0).startsWith("trial 3 has trained for 10 min"), told.get(0));
    assertTrue(told.get(0).contains("trialTimeout"), told.get(0));
    assertTrue(told.get(1).startsWith("trial 3 has trained for 20 min"), told.get(1));
    watch.ended(3);
    look(watch, 1301, 9000);
    assertEquals(2, told.size());
    assertEquals(List.of(), ended);
  }

  @Test
  void onlyTimeWithACoreCountsAndEarlierPartsDo() {
    TrialWatch watch = watch(Duration.ofMinutes(1));
    watch.begun(0, 50, 0);
    look(watch, 1, 1000);
    assertEquals(List.of(), ended);
    working.add(0);
    look(watch, 1001, 1010);
    assertEquals(List.of(), ended);
    look(watch, 1011, 1011);
    assertEquals(1, ended.size());
    assertTrue(ended.get(0).startsWith("0: it took longer than trialTimeout, 60 s"), ended.get(0));
  }

  @Test
  void aTrialThatIsSlowToStopKeepsItsCoreNoLongerThanItTakes() {
    TrialWatch watch = watch(Duration.ofSeconds(5));
    working.addAll(Set.of(0, 1));
    watch.begun(0, 0, 0);
    look(watch, 1, 16); // Over its limit, and then over the time to stop.
    look(watch, 17, 20);
    assertEquals(1, told.size());
    working.remove(0);
    watch.begun(1, 0, 21);
    look(watch, 22, 42); // So one hangs, of two cores.
    assertEquals(2, told.size());
  }

  @Test
  void trialsThatKeepEveryCoreEndTheSearch() {
    TrialWatch watch = watch(Duration.ofSeconds(5));
    working.addAll(Set.of(0, 1));
    watch.begun(0, 0, 0);
    watch.begun(1, 0, 0);
    look(watch, 1, 15);
    assertEquals(2, ended.size());
    assertEquals(List.of(), told);
    String message = assertThrows(InvarException.class, () -> look(watch, 16, 20)).getMessage();
    assertTrue(message.contains("keep all 2 cores"), message);
    assertTrue(told.get(0).startsWith("trial 0 was ended and does not stop"), told.toString());
  }
}
