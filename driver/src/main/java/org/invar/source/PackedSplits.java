package org.invar.source;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job's data, ready for training.
 *
 * @param preprocessing how it came about, fitted on the training split
 * @param classFactors what a training row's weight is multiplied by, by the id of its class; empty
 *     where all count alike
 * @param tallies what was counted of each split
 * @param train the training split
 * @param dev the split for decisions during training, or null without one
 * @param test the split for the last word, or null without one
 * @param skipped the bad rows that were left out, of every source that has some
 * @param notes what the user should know of the rows, a sentence each
 */
public record PackedSplits(
    Preprocessing preprocessing,
    List<Float> classFactors,
    Map<Split, SplitTally> tallies,
    PackedDataset train,
    @Nullable PackedDataset dev,
    @Nullable PackedDataset test,
    List<SkippedRows> skipped,
    List<String> notes) {
  /** Copies the lists. */
  public PackedSplits {
    skipped = List.copyOf(skipped);
    notes = List.copyOf(notes);
  }

  /** Returns a split, or null where the job has none. */
  public @Nullable PackedDataset of(Split split) {
    return switch (split) {
      case TRAIN -> train;
      case DEV -> dev;
      case TEST -> test;
    };
  }

  /** Returns what the splits hold. */
  public Contents contents() {
    Map<Split, List<PackedDataset.Shard>> shards = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      PackedDataset data = of(split);
      if (data != null) {
        shards.put(split, data.shards());
      }
    }
    return new Contents(
        preprocessing,
        new ArrayList<>(classFactors),
        shards,
        skipped.stream().map(SkippedRows::counts).toList(),
        new EnumMap<>(tallies));
  }

  /** Returns the same splits over another number of partitions. */
  public PackedSplits over(int partitions) {
    return new PackedSplits(
        preprocessing,
        classFactors,
        tallies,
        train.over(partitions),
        dev == null ? null : dev.over(partitions),
        test == null ? null : test.over(partitions),
        skipped,
        notes);
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
