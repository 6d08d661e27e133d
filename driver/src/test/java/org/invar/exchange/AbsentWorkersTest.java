package org.invar.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.invar.exchange.Executors.Executor;
import org.invar.gang.Report;
import org.junit.jupiter.api.Test;

/** What is said of workers that have not come: who has, who has not, and what to change. */
class AbsentWorkersTest {
  private static final List<Executor> ALIVE =
      List.of(
          new Executor("4", "a:1", 2), new Executor("5", "b:1", 2), new Executor("6", "c:1", 2));

  private final List<GangMember> members =
      List.of(new GangMember(0, false), new GangMember(1, false), new GangMember(2, false));

  private String message(int running) {
    members.get(0).note(new Report.Alive("6", 0), 0);
    members.get(2).note(new Report.Alive("4", 0), 0);
    assertFalse(AbsentWorkers.none(members));
    return new AbsentWorkers(2, "head.example:7000", members, ALIVE, running)
        .message(Duration.ofSeconds(121));
  }

  @Test
  void namesWhoJoinedAndWhoDidNot() {
    String message = message(0);
    assertTrue(
        message.startsWith(
            "gang of 3 workers of 2 cores: expected all of them to join, found after 121 s:"
                + " joined worker 0, executor 6; worker 2, executor 4; not joined worker 1;"
                + " executors that live without a worker: 5 at b:1. "),
        message);
    assertTrue(message.contains("Spark runs 0 of 3 tasks"), message);
    assertTrue(message.contains("train.exchange: driver"), message);
  }

  @Test
  void tasksThatRunLackAWayToTheDriverAndNoCores() {
    String message = message(3);
    assertTrue(message.contains("do not reach the driver at head.example:7000"), message);
    assertTrue(message.contains("spark.invar.driver.port"), message);
    assertFalse(message.contains("cores for all"), message);
  }

  @Test
  void nobodyIsMissingOnceAllHaveJoined() {
    message(3);
    members.get(1).note(new Report.Alive("5", 0), 0);
    assertTrue(AbsentWorkers.none(members));
    assertEquals("5", members.get(1).executor);
  }
}
