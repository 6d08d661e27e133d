package org.invar.search;

import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * Notices trials that train for long: says so after the stall time, twice that and so on, and ends
 * those that take longer than the search allows. Only time in which a trial has a core counts.
 *
 * <p>Used by one thread, which looks about once a second.
 */
final class TrialWatch {
  /** How long a trial that was ended may take to give its core back before somebody is told. */
  private static final long GRACE_NANOS = 10_000_000_000L;

  private final Trainings trainings;
  private final @Nullable Duration limit;
  private final Duration stall;
  private final Map<Integer, Spent> running = new TreeMap<>();
  private final Map<Integer, Long> ended = new TreeMap<>();
  private final Set<Integer> hanging = new TreeSet<>();

  /** What the watch asks and does. */
  interface Trainings {
    /** Returns whether a trial has a core. */
    boolean works(int trial);

    /** Ends a trial, which has failed for that reason. */
    void end(int trial, String reason);

    /** Returns how many parts can run at once. */
    int slots();
  }

  /** The time of a running trial. */
  private static final class Spent {
    private long nanos;
    private long looked;
    private long toldAt;

    Spent(long nanos, long looked, long toldAt) {
      this.nanos = nanos;
      this.looked = looked;
      this.toldAt = toldAt;
    }
  }

  /**
   * Makes a watch.
   *
   * @param limit the most time that a trial may take, all its parts together; null for any
   * @param stall after how long a part is spoken of
   */
  TrialWatch(Trainings trainings, @Nullable Duration limit, Duration stall) {
    this.trainings = trainings;
    this.limit = limit;
    this.stall = stall;
  }

  /** Notes the beginning of a part of a trial that has taken some seconds before. */
  void begun(int trial, double seconds, long now) {
    long before = (long) (seconds * 1e9);
    running.put(trial, new Spent(before, now, before + stall.toNanos()));
  }

  /** Notes the end of a part. */
  void ended(int trial) {
    running.remove(trial);
  }

  /**
   * Looks at all trials that run.
   *
   * @param notice hears what the user should know: a sentence
   * @throws InvarException when trials that were ended keep every core
   */
  void look(long now, Consumer<String> notice) {
    for (Iterator<Map.Entry<Integer, Spent>> all = running.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Integer, Spent> each = all.next();
      int trial = each.getKey();
      Spent spent = each.getValue();
      spent.nanos += trainings.works(trial) ? now - spent.looked : 0;
      spent.looked = now;
      if (limit != null && spent.nanos > limit.toNanos()) {
        all.remove();
        ended.put(trial, now);
        trainings.end(
            trial,
            "it took longer than trialTimeout, %s: give trials more time, or see why its layers take so long"
                .formatted(text(limit.toNanos())));
      } else if (spent.nanos >= spent.toldAt) {
        notice.accept(
            "trial %d has trained for %s without a pause: if a layer or storage hangs, the search waits for ever%s."
                .formatted(
                    trial,
                    text(spent.nanos),
                    limit == null ? ", unless its file sets trialTimeout" : ""));
        spent.toldAt = 2 * spent.nanos;
      }
    }
    lookAtEnded(now, notice);
  }

  /** Who does not answer an interrupt cannot be ended from here. */
  private void lookAtEnded(long now, Consumer<String> notice) {
    for (Iterator<Map.Entry<Integer, Long>> all = ended.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Integer, Long> each = all.next();
      if (!trainings.works(each.getKey())) {
        all.remove();
      } else if (now - each.getValue() > GRACE_NANOS) {
        all.remove();
        hanging.add(each.getKey());
        notice.accept(
            "trial %d was ended and does not stop: it keeps a core until the application ends. With spark.task.reaper.enabled=true Spark replaces its executor."
                .formatted(each.getKey()));
      }
    }
    hanging.removeIf(trial -> !trainings.works(trial)); // Slow, and done at last.
    if (hanging.size() >= trainings.slots()) {
      throw new InvarException(
          "trials that were ended after trialTimeout do not stop, and keep all %d cores: end the application, and go on with --resume."
              .formatted(hanging.size()));
    }
  }

  private static String text(long nanos) {
    long seconds = nanos / 1_000_000_000;
    return seconds >= 120 ? seconds / 60 + " min" : seconds + " s";
  }
}
