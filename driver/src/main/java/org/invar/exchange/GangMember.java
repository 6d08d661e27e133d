package org.invar.exchange;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.collective.MessageLink;
import org.invar.gang.Command;
import org.invar.gang.Report;
import org.jspecify.annotations.Nullable;

/** A worker of a gang, by what the driver knows of it. */
final class GangMember {
  final int rank;
  volatile @Nullable MessageLink link;
  volatile long heard = System.nanoTime();
  @Nullable String executor;
  @Nullable InetSocketAddress address;
  boolean connected;
  boolean closed;
  Report.@Nullable Failed failed;

  /** The files of a checkpoint: what is neglected here is storage, not computing. */
  final Owed files = new Owed("has not written its files of a checkpoint");

  private final boolean alone;
  private final Owed start =
      new Owed("has not connected with the others, or not read the checkpoint to start from");
  private final Owed steps = new Owed("has computed nothing in a step");
  private final Owed scores = new Owed("has scored no rows in an evaluation");
  private final List<Owed> owed = List.of(start, steps, scores, files);

  /**
   * Makes a worker that has not joined.
   *
   * @param alone whether there is no other that would miss it in a step
   */
  GangMember(int rank, boolean alone) {
    this.rank = rank;
    this.alone = alone;
  }

  /**
   * Refuses a gang of which two workers share an executor: they would share its cores and die
   * together.
   */
  static void checkDistinct(List<GangMember> members) {
    Map<String, Integer> ranks = new HashMap<>();
    for (GangMember member : members) {
      Integer other = ranks.put(String.valueOf(member.executor), member.rank);
      if (other != null) {
        throw InvarException.of(
            "gang of " + members.size() + " workers",
            "one worker an executor",
            "workers %d and %d on executor %s".formatted(other, member.rank, member.executor),
            "Executors have different numbers of cores: set spark.executor.cores, so that all have"
                + " as many.");
      }
    }
  }

  /** Notes what the worker was told to do. */
  void told(Command command, long now) {
    if (command instanceof Command.Connect) {
      start.owe(1, now);
    } else if (command instanceof Command.Steps stretch && alone) {
      steps.owe(stretch.rates().length, now);
    } else if (command instanceof Command.Evaluate) {
      scores.owe(1, now);
    } else if (command instanceof Command.Save) {
      files.owe(1, now);
    }
  }

  /** Takes what the worker said; null when its link is closed. */
  void note(@Nullable Report report, long now) {
    if (report == null) {
      closed = true;
    } else if (report instanceof Report.Failed failure) {
      failed = failure;
    } else if (report instanceof Report.Alive alive) {
      executor = alive.executor();
      steps.reached(alive.passes(), now);
      scores.reached(alive.passes(), now);
    } else if (report instanceof Report.Ready ready) {
      address = ready.address();
    } else if (report instanceof Report.Connected) {
      connected = true;
      start.done(1, now);
    } else if (report instanceof Report.Progress progress) {
      progress.steps().forEach(stepped -> steps.done(stepped.steps(), now));
    } else if (report instanceof Report.Evaluated) {
      scores.done(1, now);
    } else if (report instanceof Report.Saved) {
      files.done(1, now);
    } else if (report instanceof Report.NotFinite found) {
      steps.clear();
      if (found.shard() == Report.NotFinite.CHECKPOINT) {
        files.clear();
      }
    }
  }

  /** Starts the time of everything that is owed anew. */
  void excuse(long now) {
    heard = now;
    owed.forEach(each -> each.excuse(now));
  }

  /** Returns what the worker has owed for longer than that without coming further, or null. */
  @Nullable Owed neglected(long nanos, long now) {
    return owed.stream().filter(each -> each.isNeglected(nanos, now)).findFirst().orElse(null);
  }

  /** Whether its task may still run. */
  boolean isThere() {
    return link != null && !closed;
  }

  @Override
  public String toString() {
    return "worker " + rank + ", executor " + executor;
  }
}
