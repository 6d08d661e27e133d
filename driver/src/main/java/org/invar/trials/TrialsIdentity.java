package org.invar.trials;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.compute.KernelFingerprint;
import org.invar.config.Job;
import org.invar.source.PackedDataset;
import org.invar.source.Split;
import org.invar.train.Identities;

/**
 * What the scores of all trials come from beside their jobs: they compare where it is the same.
 *
 * @param shards rows and hash of each shard, by split
 * @param fingerprint the kernels of all workers
 */
public record TrialsIdentity(
    Map<Split, List<PackedDataset.Shard>> shards, KernelFingerprint fingerprint) {
  /** Takes a copy, in the order of splits. */
  public TrialsIdentity {
    Map<Split, List<PackedDataset.Shard>> copy = new EnumMap<>(Split.class);
    copy.putAll(shards);
    shards = Collections.unmodifiableMap(copy);
  }

  /**
   * Refuses to go on with other data, or, in an exact job, with other kernels.
   *
   * @param job the trials'
   * @param place what the message starts with
   * @param found what is here now
   * @throws InvarException saying what differs
   */
  public void check(Job job, String place, TrialsIdentity found) {
    for (Split split : Split.values()) {
      Identities.check(
          place + ", " + split.label(),
          shards.getOrDefault(split, List.of()),
          found.shards.getOrDefault(split, List.of()));
    }
    Identities.check(job, place, fingerprint, found.fingerprint);
  }
}
