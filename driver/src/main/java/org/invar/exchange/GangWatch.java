package org.invar.exchange;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices workers that say nothing, and workers that are alive and come no further with what they
 * were told: whose native code or storage hangs. Their executors are replaced.
 *
 * <p>Used by one thread. What a worker owes its peers in a step is their business; they wait as
 * long for it ({@link GangOptions#stallTimeout}).
 */
final class GangWatch {
  private static final Logger LOG = LoggerFactory.getLogger(GangWatch.class);

  private final List<GangMember> members;
  private final GangOptions options;
  private final Executors executors;
  private final boolean local;
  private long lastLook = System.nanoTime();

  /**
   * Makes a watch.
   *
   * @param local whether the worker is in the driver's own process, which nobody replaces
   */
  GangWatch(List<GangMember> members, GangOptions options, Executors executors, boolean local) {
    this.members = members;
    this.options = options;
    this.executors = executors;
    this.local = local;
  }

  /** Returns why the gang cannot go on, or null when all is well; to be called all the time. */
  @Nullable RuntimeException complaint() {
    long now = System.nanoTime();
    long timeout = options.workerTimeout().toNanos();
    // Who did not look for long, in a pause of this process, has not heard what was said.
    boolean looked = now - lastLook < timeout / 4;
    lastLook = now;
    if (!looked) {
      members.forEach(member -> member.excuse(now));
      return null;
    }
    for (GangMember member : members) {
      if (member.executor != null && now - member.heard > timeout) {
        String silent =
            member + ", has said nothing for " + options.workerTimeout().toSeconds() + " s";
        LOG.info("{}, and is replaced", silent);
        replace(member);
        return new WorkersLostException(silent);
      }
    }
    return stalled(now);
  }

  private @Nullable RuntimeException stalled(long now) {
    Duration timeout = options.stallTimeout();
    List<String> stalled = new ArrayList<>();
    boolean storage = false;
    for (GangMember member : members) {
      Owed neglected = member.neglected(timeout.toNanos(), now);
      if (neglected != null) {
        replace(member);
        storage |= neglected == member.files;
        stalled.add("%s, %s for %d s".formatted(member, neglected, timeout.toSeconds()));
      }
    }
    if (stalled.isEmpty()) {
      return null;
    }
    String message = String.join("; ", stalled);
    if (local) {
      return new InvarException(
          message
              + ": its "
              + (storage ? "storage" : "native code")
              + " hangs, or needs longer (spark.invar.stallTimeout). What was saved before stays;"
              + " go on with --resume.");
    }
    return storage
        ? WorkersLostException.likelyToRecur(message)
        : new WorkersLostException(message);
  }

  private void replace(GangMember member) {
    if (!local && member.executor != null) {
      executors.replace(member.executor);
    }
  }
}
