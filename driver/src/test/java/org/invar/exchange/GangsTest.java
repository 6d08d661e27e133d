package org.invar.exchange;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.invar.InvarException;
import org.invar.data.Shards;
import org.invar.gang.Report;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many workers a gang has, and that each has an executor to itself. */
class GangsTest {
  @ParameterizedTest
  @CsvSource({
    // V, executors, cores of each, workers
    "1, 4, 2, 1",
    "5, 1, 2, 1",
    "5, 2, 1, 2",
    "5, 2, 2, 2",
    "5, 4, 1, 3",
    "5, 9, 1, 5",
    "8, 7, 1, 4",
    "8, 8, 1, 8",
    "16, 3, 4, 2",
    "64, 4, 32, 2",
    "64, 16, 4, 16"
  })
  void aGangIsTheSmallestThatIsAsFast(int shards, int executors, int cores, int workers) {
    assertEquals(workers, Gangs.fewest(shards, executors, cores));
  }

  /** The busiest thread has as many shards as with all executors, and with one worker less more. */
  @Test
  void noGangIsSlowerThanAllExecutorsOrLargerThanItMustBe() {
    for (int shards = 1; shards <= 40; shards++) {
      for (int executors = 1; executors <= 9; executors++) {
        for (int cores = 1; cores <= 4; cores++) {
          String where = "V=%d, %d executors of %d cores".formatted(shards, executors, cores);
          int workers = Gangs.fewest(shards, executors, cores);
          assertTrue(workers >= 1 && workers <= Math.min(shards, executors), where);
          int busiest = busiest(shards, Math.min(shards, executors), cores);
          assertEquals(busiest, busiest(shards, workers, cores), where);
          assertTrue(workers == 1 || busiest(shards, workers - 1, cores) > busiest, where);
        }
      }
    }
  }

  /** The most shards that a thread of any worker has. */
  private static int busiest(int shards, int workers, int cores) {
    int most = 0;
    for (int rank = 0; rank < workers; rank++) {
      Shards.Range range = Shards.range(shards, workers, rank);
      for (int thread = 0; thread < cores; thread++) {
        int held = range.to() - range.from();
        if (held > 0) {
          Shards.Range part = Shards.range(held, cores, thread);
          most = Math.max(most, part.to() - part.from());
        }
      }
    }
    return most;
  }

  @Test
  void twoWorkersOnOneExecutorAreRefused() {
    assertDoesNotThrow(() -> GangMember.checkDistinct(members("7", "3", "5")));
    var e =
        assertThrows(
            InvarException.class, () -> GangMember.checkDistinct(members("7", "3", "7", "5")));
    assertTrue(
        e.getMessage()
            .startsWith(
                "gang of 4 workers: expected one worker an executor, found workers 0 and 2 on"
                    + " executor 7. "),
        e.getMessage());
    assertTrue(e.getMessage().contains("set spark.executor.cores"), e.getMessage());
  }

  private static List<GangMember> members(String... executors) {
    List<GangMember> members = new ArrayList<>();
    for (String executor : executors) {
      GangMember member = new GangMember(members.size(), false);
      member.note(new Report.Alive(executor, 0), 0);
      members.add(member);
    }
    return members;
  }
}
