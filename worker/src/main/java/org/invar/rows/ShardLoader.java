package org.invar.rows;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.invar.InvarException;

/**
 * Decodes packed blocks into shards and compares them with those that the run started with.
 *
 * <p>Used by one thread.
 */
public final class ShardLoader {
  private final Map<String, List<String>> hashes;
  private final BlockCodec codec = new BlockCodec();
  private final Map<String, Map<Integer, Loading>> splits = new TreeMap<>();

  /** A shard, as far as it was seen. */
  private record Loading(ShardRows rows, ShardDigest digest) {}

  /**
   * Makes a loader.
   *
   * @param hashes {@link ShardDigest} of each shard of each split, by the split's name
   */
  public ShardLoader(Map<String, List<String>> hashes) {
    this.hashes = hashes;
  }

  /** Adds the next block of a split. */
  public void add(String split, byte[] bytes) {
    PackedBlock block = codec.decode(bytes);
    Loading shard =
        splits
            .computeIfAbsent(split, name -> new TreeMap<>())
            .computeIfAbsent(
                block.shard(), number -> new Loading(new ShardRows(), new ShardDigest()));
    shard.rows().add(block);
    shard.digest().add(bytes);
  }

  /**
   * Returns the shards of a split that have rows, by number.
   *
   * @throws InvarException when a shard is not the one that the run started with
   */
  public Map<Integer, ShardRows> shards(String split) {
    Map<Integer, ShardRows> shards = new TreeMap<>();
    List<String> expected = hashes.getOrDefault(split, List.of());
    splits
        .getOrDefault(split, Map.of())
        .forEach(
            (shard, loaded) -> {
              check(split, shard, expected, loaded.digest().hex());
              shards.put(shard, loaded.rows());
            });
    return shards;
  }

  /** Spark makes lost blocks again from the source, which may have changed since. */
  private static void check(String split, int shard, List<String> expected, String found) {
    if (!expected.isEmpty() && !expected.get(shard).equals(found)) {
      throw InvarException.of(
          "shard " + shard + " of " + split,
          "rows with hash " + expected.get(shard) + ", as at the start of the run",
          found,
          "The source has changed while the run read it again: put it back and go on with --resume.");
    }
  }
}
