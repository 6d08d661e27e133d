package org.invar.train;

import java.util.List;
import org.invar.InvarException;
import org.invar.checkpoint.RunDirectory;
import org.invar.compute.KernelFingerprint;
import org.invar.config.Job;
import org.invar.source.PackedDataset;

/** Whether a checkpoint and what is here now belong to one run. */
public final class Identities {
  private Identities() {}

  /**
   * Refuses to go on with other data, or, in an exact job, with other kernels.
   *
   * @param saved what the checkpoint says
   * @param found what is here
   */
  static void check(
      Job job, RunDirectory directory, Position.Identity saved, Position.Identity found) {
    String place = directory.path().toString();
    check(place + ", train", saved.shards(), found.shards());
    check(place + ", dev", saved.devShards(), found.devShards());
    check(place + ", test", saved.testShards(), found.testShards());
    check(job, place, saved.fingerprint(), found.fingerprint());
  }

  /** Refuses, in an exact job, to go on with other kernels. */
  public static void check(
      Job job, String place, KernelFingerprint saved, KernelFingerprint found) {
    if (job.settings().train().exact() && !saved.equals(found)) {
      throw InvarException.of(
          place,
          "the kernels that the run was started with, " + saved,
          found.toString(),
          saved.remedy(found) + " Or start again with train.exact: false.");
    }
  }

  /** Refuses to go on with other shards of a split. */
  public static void check(
      String place, List<PackedDataset.Shard> before, List<PackedDataset.Shard> now) {
    if (before.size() != now.size()) {
      throw InvarException.of(
          place,
          before.size() + " shards, as the run was started with",
          String.valueOf(now.size()),
          "The data has changed since: put it back, or start again with --overwrite.");
    }
    for (int shard = 0; shard < now.size(); shard++) {
      if (!before.get(shard).equals(now.get(shard))) {
        throw InvarException.of(
            place + ", shard " + shard,
            before.get(shard).rows() + " rows with hash " + before.get(shard).hash(),
            now.get(shard).rows() + " rows with hash " + now.get(shard).hash(),
            "The data has changed since the run was started: put it back, or start again with"
                + " --overwrite.");
      }
    }
  }
}
