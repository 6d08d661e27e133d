package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.StreamSupport;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.invar.data.Normalization;
import org.invar.data.RowLayout;
import org.invar.data.Shards;
import org.invar.rows.BlockCodec;
import org.invar.rows.BlockPacker;
import org.invar.rows.PackedBlock;
import org.invar.rows.ShardDigest;
import org.invar.rows.ShardedRow;
import org.invar.rows.Shipped;
import scala.Tuple2;

/**
 * The rows of a split as persisted blocks of V shards, the same whatever their source's files,
 * order, partitions and cores.
 *
 * @param blocks encoded {@link PackedBlock}s; partition p of N holds the shards of {@link
 *     Shards#range}, by rising shard, the blocks of a shard in order
 * @param layout the fields of a row
 * @param shards rows and hash of each shard
 */
public record PackedDataset(JavaRDD<byte[]> blocks, RowLayout layout, List<Shard> shards) {
  /**
   * What a shard holds.
   *
   * @param rows the number of rows
   * @param hash 32 hexadecimal digits: the first half of the SHA-256 of its blocks, so that a shard
   *     that is made again can be compared
   */
  public record Shard(long rows, String hash) implements Serializable {}

  /** Copies the list. */
  public PackedDataset {
    shards = List.copyOf(shards);
  }

  /** Returns the number of rows. */
  public long rows() {
    return shards.stream().mapToLong(Shard::rows).sum();
  }

  /** Returns the rows of each shard. */
  public long[] shardRows() {
    return shards.stream().mapToLong(Shard::rows).toArray();
  }

  /** Lets Spark forget the blocks. */
  public void unpersist() {
    blocks.unpersist(false);
  }

  /**
   * Returns the same shards over another number of partitions, to be persisted when they are first
   * used. Blocks move; rows are neither read nor packed again unless they were lost.
   *
   * @param partitions at least 1
   */
  public PackedDataset over(int partitions) {
    JavaRDD<byte[]> moved =
        blocks
            .mapPartitions(PackedDataset::numbered)
            .mapToPair(block -> block)
            .repartitionAndSortWithinPartitions(new ByBlock(shards.size(), partitions), LONGS)
            .values()
            .persist(StorageLevel.MEMORY_AND_DISK());
    return new PackedDataset(moved, layout, shards);
  }

  /** A shard is in one partition, so its blocks' places there give their order. */
  private static Iterator<Tuple2<Long, byte[]>> numbered(Iterator<byte[]> blocks) {
    AtomicLong place = new AtomicLong();
    Iterable<byte[]> all = () -> blocks;
    return StreamSupport.stream(all.spliterator(), false)
        .map(
            block ->
                new Tuple2<>(
                    ((long) BlockCodec.shard(block) << Integer.SIZE) | place.getAndIncrement(),
                    block))
        .iterator();
  }

  /** Sends every row to its shard, packs and persists. */
  static PackedDataset pack(
      JavaRDD<Encoded> rows,
      RowLayout layout,
      Normalization normalization,
      long seed,
      int shards,
      int partitions) {
    JavaRDD<byte[]> blocks =
        rows.mapToPair(
                row ->
                    new Tuple2<>(
                        ShardedRow.of(
                            row.identity().shard(seed, shards), row.identity(), row.bytes()),
                        true))
            .repartitionAndSortWithinPartitions(new ByShard(shards, partitions), ShardedRow.ORDER)
            .keys()
            .mapPartitions(part -> new BlockPacker(part, layout, normalization))
            .persist(StorageLevel.MEMORY_AND_DISK());
    Map<Integer, Shard> found = new TreeMap<>();
    boolean whole = false;
    try {
      blocks
          .mapPartitions(PackedDataset::summaries)
          .collect()
          .forEach(summary -> found.put(summary._1(), summary._2().value()));
      whole = true;
    } finally {
      // Not a catch: Spark throws checked exceptions that its Scala methods do not declare.
      if (!whole) {
        blocks.unpersist(false);
      }
    }
    Shard empty = new Content().shard();
    List<Shard> all = new ArrayList<>();
    for (int shard = 0; shard < shards; shard++) {
      all.add(found.getOrDefault(shard, empty));
    }
    return new PackedDataset(blocks, layout, all);
  }

  private static Iterator<Tuple2<Integer, Shipped<Shard>>> summaries(Iterator<byte[]> blocks) {
    BlockCodec codec = new BlockCodec();
    Map<Integer, Content> contents = new TreeMap<>();
    while (blocks.hasNext()) {
      byte[] bytes = blocks.next();
      PackedBlock block = codec.decode(bytes);
      contents.computeIfAbsent(block.shard(), shard -> new Content()).add(block.rows(), bytes);
    }
    return contents.entrySet().stream()
        .map(entry -> new Tuple2<>(entry.getKey(), Shipped.of(entry.getValue().shard())))
        .iterator();
  }

  /** A shard's blocks, as far as they were seen. */
  private static final class Content {
    private final ShardDigest digest = new ShardDigest();
    private long rows;

    void add(int blockRows, byte[] block) {
      rows += blockRows;
      digest.add(block);
    }

    Shard shard() {
      return new Shard(rows, digest.hex());
    }
  }

  /** Sends a {@link ShardedRow} to the partition whose range has its shard. */
  private static final class ByShard extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int shards;
    private final int partitions;

    ByShard(int shards, int partitions) {
      this.shards = shards;
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object row) {
      return Shards.partition(shards, partitions, ShardedRow.shard((byte[]) row));
    }
  }

  /** Numbers as they are; a comparator that Spark can ship. */
  private static final Comparator<Long> LONGS = (Comparator<Long> & Serializable) Long::compare;

  /** Sends a numbered block to the partition whose range has its shard. */
  private static final class ByBlock extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int shards;
    private final int partitions;

    ByBlock(int shards, int partitions) {
      this.shards = shards;
      this.partitions = partitions;
    }

    @Override
    public int numPartitions() {
      return partitions;
    }

    @Override
    public int getPartition(Object number) {
      return Shards.partition(shards, partitions, (int) ((Long) number >> Integer.SIZE));
    }
  }
}
