package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a job's packed data hold, without the rows themselves.
 *
 * @param preprocessing how they came about, fitted on the training split
 * @param factors what a training row's weight is multiplied by, by the id of its class; empty where
 *     all count alike
 * @param splits the shards of each split that there is
 * @param skipped the numbers of bad rows that were left out
 * @param tallies what was counted of each split; empty where splits are cut again
 */
public record Contents(
    Preprocessing preprocessing,
    List<Float> factors,
    Map<Split, List<PackedDataset.Shard>> splits,
    List<SkippedRows> skipped,
    Map<Split, SplitTally> tallies)
    implements Serializable {
  /** Returns whether the job has a split. */
  public boolean has(Split split) {
    return splits.containsKey(split);
  }

  /** Returns the factors as workers take them. */
  public float[] classFactors() {
    float[] array = new float[factors.size()];
    for (int id = 0; id < array.length; id++) {
      array[id] = factors.get(id);
    }
    return array;
  }

  /** Returns the shards of a split; none where the job has no such split. */
  public List<PackedDataset.Shard> shards(Split split) {
    return splits.getOrDefault(split, List.of());
  }

  /** Returns the number of rows of a split. */
  public long rows(Split split) {
    return shards(split).stream().mapToLong(PackedDataset.Shard::rows).sum();
  }

  /** Returns the training rows of each shard. */
  public long[] shardRows() {
    return shards(Split.TRAIN).stream().mapToLong(PackedDataset.Shard::rows).toArray();
  }

  /**
   * Returns the hash of each shard of each split, by the split's label, as workers compare them.
   */
  public Map<String, List<String>> hashes() {
    Map<String, List<String>> hashes = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      if (has(split)) {
        hashes.put(
            split.label(),
            new ArrayList<>(shards(split).stream().map(PackedDataset.Shard::hash).toList()));
      }
    }
    return hashes;
  }
}
