package org.invar.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job's data, ready for training.
 *
 * @param preprocessing how it came about, fitted on the training split
 * @param train the training split
 * @param dev the split for decisions during training, or null without one
 * @param test the split for the last word, or null without one
 */
public record PackedSplits(
    Preprocessing preprocessing,
    PackedDataset train,
    @Nullable PackedDataset dev,
    @Nullable PackedDataset test) {
  /** Returns a split, or null where the job has none. */
  public @Nullable PackedDataset of(Split split) {
    return switch (split) {
      case TRAIN -> train;
      case DEV -> dev;
      case TEST -> test;
    };
  }

  /**
   * Returns the hash of each shard of each split, by the split's label, as workers compare them.
   */
  public Map<String, List<String>> hashes() {
    Map<String, List<String>> hashes = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      PackedDataset data = of(split);
      if (data != null) {
        hashes.put(
            split.label(),
            new ArrayList<>(data.shards().stream().map(shard -> shard.hash()).toList()));
      }
    }
    return hashes;
  }

  /** Returns the same splits over another number of partitions. */
  public PackedSplits over(int partitions) {
    return new PackedSplits(
        preprocessing,
        train.over(partitions),
        dev == null ? null : dev.over(partitions),
        test == null ? null : test.over(partitions));
  }

  /** Lets Spark forget the blocks of all splits. */
  public void unpersist() {
    train.unpersist();
    if (dev != null) {
      dev.unpersist();
    }
    if (test != null) {
      test.unpersist();
    }
  }
}
