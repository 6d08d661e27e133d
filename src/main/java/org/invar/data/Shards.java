package org.invar.data;

/** How many shards a run has, and which of them a partition holds. */
public final class Shards {
  private static final int MOST = 64;
  private static final int ROWS_A_SHARD = 32;

  /** The fewest rows of a shard's part of a batch that batch normalization should have. */
  public static final int GHOST_ROWS = 32;

  /** The rows that a part has in the mean for all to have {@link #GHOST_ROWS}: shards differ. */
  public static final int MEAN_GHOST_ROWS = 48;

  /**
   * A contiguous range of shards, [from, to); empty when the two are equal.
   *
   * @param from the first shard
   * @param to the shard behind the last
   */
  public record Range(int from, int to) {}

  private Shards() {}

  /**
   * Returns V of {@code shards: auto}: the largest power of two that leaves a shard about 32 rows
   * of a batch (4 rows in small batches, up to 4 shards), at most 64 and at most the rows.
   *
   * <p>It depends on nothing of the cluster, so that the same job has the same shards anywhere.
   *
   * @param batchSize the rows of a mini-batch, at least 1
   * @param rows the rows of the training split, at least 1
   */
  public static int auto(int batchSize, long rows) {
    if (batchSize < 1 || rows < 1) {
      throw new IllegalArgumentException(
          "batchSize=" + batchSize + " or rows=" + rows + " is not positive");
    }
    int wanted = Math.max(batchSize / ROWS_A_SHARD, Math.min(4, batchSize / 4));
    long most = Math.min(Math.max(wanted, 1), Math.min(MOST, rows));
    return (int) Long.highestOneBit(most);
  }

  /**
   * Returns V of {@code shards: auto} where layers take statistics of a shard's part of a batch:
   * the largest power of two that leaves a part {@link #MEAN_GHOST_ROWS} rows, and 1 where there is
   * none; at most {@link #auto}.
   *
   * @param batchSize the rows of a mini-batch, at least 1
   * @param rows the rows of the training split, at least 1
   */
  public static int autoOfGhostBatches(int batchSize, long rows) {
    long parts = Math.max(1, Math.min(batchSize, rows) / MEAN_GHOST_ROWS);
    return (int) Math.min(auto(batchSize, rows), Long.highestOneBit(parts));
  }

  /**
   * Returns the shards of a partition: as many as every other partition's, or one more.
   *
   * <p>Where both numbers are powers of two, each range is one subtree of {@link
   * org.invar.tensor.SumTree}.
   *
   * @param shards V, at least 1
   * @param partitions N, at least 1; with N greater than V some ranges are empty
   * @param partition in [0, N)
   */
  public static Range range(int shards, int partitions, int partition) {
    if (shards < 1 || partition < 0 || partition >= partitions) {
      throw new IllegalArgumentException(
          "no range of shards=" + shards + " for partition " + partition + " of " + partitions);
    }
    return new Range(
        (int) ((long) partition * shards / partitions),
        (int) ((partition + 1L) * shards / partitions));
  }

  /** Returns the partition whose {@link #range} holds the shard. */
  public static int partition(int shards, int partitions, int shard) {
    return (int) (((shard + 1L) * partitions - 1) / shards);
  }
}
