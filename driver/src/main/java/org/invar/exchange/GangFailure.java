package org.invar.exchange;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.invar.InvarException;
import org.invar.compute.ProcessMemory;
import org.invar.gang.Report;
import org.invar.source.SparkFailures;
import org.jspecify.annotations.Nullable;

/**
 * Why a gang cannot go on, from what its workers said, whose links ended, and what Spark says.
 *
 * @param members the workers
 * @param executors those that live tell which died
 * @param stage the failure of the stage, or null
 * @param local whether the worker is in the driver's own process
 */
record GangFailure(
    List<GangMember> members, Executors executors, @Nullable Throwable stage, boolean local) {
  /** Copies the list. */
  GangFailure {
    members = List.copyOf(members);
  }

  /**
   * Returns the first cause: what would happen again as an {@link InvarException}, what other
   * workers may get over as a {@link WorkersLostException}.
   */
  RuntimeException explained() {
    Set<String> alive = alive();
    String job = said(Report.Cause.JOB, alive);
    if (job != null) {
      return new InvarException(job);
    }
    String storage = said(Report.Cause.STORAGE, alive);
    if (storage != null) {
      return local
          ? new InvarException(storage + ". What was saved before stays; go on with --resume.")
          : WorkersLostException.likelyToRecur(storage);
    }
    String memory = said(Report.Cause.MEMORY, null);
    if (memory != null) {
      ProcessMemory here = ProcessMemory.current();
      return local
          ? new InvarException(
              "%s. Set more by %s (heap) or %s (outside), or take smaller layers or a smaller batchSize."
                  .formatted(memory, here.heapSetting(), here.outsideSetting()),
              WorkersLostException.outOfMemory(memory))
          : WorkersLostException.outOfMemory(
              memory
                  + " (give executors more: spark.executor.memory,"
                  + " spark.executor.memoryOverhead)");
    }
    return silent().isEmpty() ? ofStage() : dead();
  }

  private Set<String> alive() {
    return executors.alive().stream().map(Executors.Executor::id).collect(Collectors.toSet());
  }

  /**
   * Returns what the first worker said that failed so.
   *
   * @param alive the executors to listen to, or null for all: one that is going down closes what
   *     its task uses
   */
  private @Nullable String said(Report.Cause cause, @Nullable Set<String> alive) {
    for (GangMember member : members) {
      if (member.failed != null
          && member.failed.cause() == cause
          && (local || alive == null || alive.contains(String.valueOf(member.executor)))) {
        return member.failed.message();
      }
    }
    return null;
  }

  /** Returns the workers that ended without a word. */
  private List<GangMember> silent() {
    return members.stream().filter(member -> member.closed && member.failed == null).toList();
  }

  /** Says of each worker that ended without a word that it died. */
  private WorkersLostException dead() {
    Set<String> alive = alive();
    // A task that Spark ends because of another one does not always get to say so.
    List<GangMember> gone =
        silent().stream()
            .filter(member -> !alive.contains(String.valueOf(member.executor)))
            .toList();
    String message =
        (gone.isEmpty() ? silent() : gone)
            .stream().map(member -> member + ", has died").collect(Collectors.joining("; "));
    return stage != null && SparkFailures.lostExecutor(stage).isPresent()
        ? WorkersLostException.died(message)
        : new WorkersLostException(message);
  }

  private RuntimeException ofStage() {
    String peers = said(Report.Cause.PEER, null);
    if (stage == null) {
      return new WorkersLostException(peers == null ? "the stage has ended" : peers);
    }
    Throwable failure = stage;
    try {
      return SparkFailures.explained(
          "gang of " + members.size() + " workers",
          () -> {
            throw failure instanceof Exception e ? e : new IllegalStateException(failure);
          });
    } catch (InvarException e) {
      return isFinal(failure)
          ? e
          : new WorkersLostException(peers == null ? String.valueOf(e.getMessage()) : peers);
    }
  }

  /** Whether the stage would fail again: the data are refused, or Spark cannot run a gang. */
  private boolean isFinal(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof InvarException) {
        return true;
      }
      if (at.getClass().getSimpleName().startsWith("BarrierJob")) {
        return executors.alive().size() >= members.size(); // Otherwise some have just died.
      }
    }
    return false;
  }
}
