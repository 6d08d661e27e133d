package org.invar.rows;

import java.lang.ref.SoftReference;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All shards of packed data, decoded once a process and read by all of its tasks.
 *
 * <p>Immutable, so any thread may read it.
 */
public final class SharedShards {
  // Soft: a process that was not told of a search's end must not keep its data for ever.
  private static final Map<String, SoftReference<SharedShards>> KNOWN = new ConcurrentHashMap<>();

  private final Map<String, Map<Integer, ShardRows>> splits;

  private SharedShards(Map<String, Map<Integer, ShardRows>> splits) {
    this.splits = splits;
  }

  /**
   * Returns this process's shards of that name; the first caller decodes them, others wait for it.
   *
   * @param id names the data among all that a process has seen
   * @param hashes {@link ShardDigest} of each shard of each split, by the split's name
   * @param blocks hands over all encoded blocks, with their split's name
   */
  public static SharedShards of(
      String id, Map<String, List<String>> hashes, Consumer<BiConsumer<String, byte[]>> blocks) {
    KNOWN.values().removeIf(other -> other.get() == null);
    SharedShards[] found = new SharedShards[1];
    KNOWN.compute(
        id,
        (name, known) -> {
          @Nullable SharedShards there = known == null ? null : known.get();
          found[0] = there == null ? load(hashes, blocks) : there;
          return there == null ? new SoftReference<>(found[0]) : known;
        });
    return found[0];
  }

  private static SharedShards load(
      Map<String, List<String>> hashes, Consumer<BiConsumer<String, byte[]>> blocks) {
    ShardLoader loader = new ShardLoader(hashes);
    blocks.accept(loader::add);
    Map<String, Map<Integer, ShardRows>> splits = new TreeMap<>();
    hashes.keySet().forEach(split -> splits.put(split, loader.shards(split)));
    return new SharedShards(splits);
  }

  /** Lets this process forget the data. */
  public static void release(String id) {
    KNOWN.remove(id);
  }

  /**
   * Returns the same shards with another dev set: every folds-th shard of the training split, which
   * is trained on the others.
   *
   * @param fold from 0, below folds
   * @param folds at least 2
   */
  public SharedShards fold(int fold, int folds) {
    Map<Integer, ShardRows> train = new TreeMap<>();
    Map<Integer, ShardRows> dev = new TreeMap<>();
    splits
        .getOrDefault(SplitNames.TRAIN, Map.of())
        .forEach((shard, rows) -> (shard % folds == fold ? dev : train).put(shard, rows));
    Map<String, Map<Integer, ShardRows>> cut = new TreeMap<>(splits);
    cut.put(SplitNames.TRAIN, train);
    cut.put(SplitNames.DEV, dev);
    return new SharedShards(cut);
  }

  /** Returns the shards of each split by number. */
  public Map<String, Map<Integer, ShardRows>> splits() {
    return splits;
  }
}
