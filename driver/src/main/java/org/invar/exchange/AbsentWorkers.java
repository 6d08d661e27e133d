package org.invar.exchange;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who has not come to a meeting, as a message: which executors joined, which live without having
 * joined, and whether cores or a way to the driver are missing.
 *
 * @param cores of a worker
 * @param driver where workers reach the driver
 * @param members its workers; those that have joined have an executor
 * @param alive the executors that live
 * @param running how many tasks of the gang's stage Spark has started
 */
record AbsentWorkers(
    int cores,
    String driver,
    List<GangMember> members,
    List<Executors.Executor> alive,
    int running) {
  /** Copies the lists. */
  AbsentWorkers {
    members = List.copyOf(members);
    alive = List.copyOf(alive);
  }

  /** Whether all have joined. */
  static boolean none(List<GangMember> members) {
    return members.stream().noneMatch(AbsentWorkers::isAbsent);
  }

  /** A worker that joins says first where it is. */
  private static boolean isAbsent(GangMember member) {
    return member.executor == null;
  }

  /** Returns who is missing after a while, and what to do about it. */
  String message(Duration waited) {
    Set<String> joined =
        members.stream()
            .filter(member -> !isAbsent(member))
            .map(member -> String.valueOf(member.executor))
            .collect(Collectors.toSet());
    return "gang of %d workers of %d cores: expected all of them to join, found after %d s: joined %s; not joined %s; executors that live without a worker: %s. %s"
        .formatted(
            members.size(),
            cores,
            waited.toSeconds(),
            listed(members.stream().filter(member -> !isAbsent(member)).map(GangMember::toString)),
            listed(members.stream().filter(AbsentWorkers::isAbsent).map(m -> "worker " + m.rank)),
            listed(
                alive.stream()
                    .filter(executor -> !joined.contains(executor.id()))
                    .map(executor -> executor.id() + " at " + executor.host())),
            running >= members.size() ? noWay() : noCores());
  }

  private static String listed(Stream<String> names) {
    String list = names.collect(Collectors.joining("; "));
    return list.isEmpty() ? "none" : list;
  }

  private String noWay() {
    return "Spark runs all their tasks, but those that are missing do not reach the driver at %s: let them (spark.driver.host, spark.driver.bindAddress, a firewall and spark.invar.driver.port), and see the executors' logs."
        .formatted(driver);
  }

  private String noCores() {
    return "Spark runs %d of %d tasks, which it starts together once there are cores for all: end other jobs of the application, give it more executors, or set train.exchange: driver, which takes cores as they come."
        .formatted(running, members.size());
  }
}
