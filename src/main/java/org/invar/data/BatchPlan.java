package org.invar.data;

import java.util.Arrays;

/**
 * Which rows of each shard's permutation a mini-batch takes.
 *
 * <p>Row j of a shard of n rows stands at (2j + 1) / 2n; the rows of all shards are merged by that
 * position, ties by shard, and batch b takes the merged ranks [b·B, (b + 1)·B). So every shard's
 * part of a batch follows its size (the method of Webster and Sainte-Laguë), every row is taken
 * once, and only the last batch is short. Any batch is found without going through those before it.
 */
public final class BatchPlan {
  private static final int POSITION_BITS = 30;

  private final long[] shardRows;
  private final int batchSize;
  private final long total;

  private BatchPlan(long[] shardRows, int batchSize) {
    this.shardRows = shardRows;
    this.batchSize = batchSize;
    this.total = Arrays.stream(shardRows).sum();
  }

  /**
   * Returns the plan of an epoch.
   *
   * @param shardRows the rows of each shard, each in [0, 2³¹ − 1)
   * @param batchSize the rows of a mini-batch, at least 1
   */
  public static BatchPlan of(long[] shardRows, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batchSize=" + batchSize + " is not positive");
    }
    for (int shard = 0; shard < shardRows.length; shard++) {
      if (shardRows[shard] < 0 || shardRows[shard] >= Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "shard " + shard + " has rows=" + shardRows[shard] + ", not in [0, 2147483647)");
      }
    }
    return new BatchPlan(shardRows.clone(), batchSize);
  }

  /** Returns the number of mini-batches of an epoch; 0 without rows. */
  public long steps() {
    return (total + batchSize - 1) / batchSize;
  }

  /** Returns the rows of mini-batch {@code b}, over all shards. */
  public int rows(long b) {
    return (int) (rank(b + 1) - rank(b));
  }

  /**
   * Returns the fewest rows that a shard has in a mini-batch in which it has some; the short last
   * one counts where it is the only one.
   *
   * @return the largest integer where there are no rows
   */
  public int fewest() {
    int fewest = Integer.MAX_VALUE;
    long whole = Math.max(total / batchSize, Math.min(steps(), 1));
    int[] from = starts(0);
    for (long b = 0; b < whole; b++) {
      int[] to = starts(b + 1);
      for (int v = 0; v < to.length; v++) {
        if (to[v] > from[v]) {
          fewest = Math.min(fewest, to[v] - from[v]);
        }
      }
      from = to;
    }
    return fewest;
  }

  /** Returns the first index of a shard's permutation that mini-batch {@code b} takes. */
  public int from(long b, int shard) {
    return starts(b)[shard];
  }

  /** Returns the index behind the last of a shard's permutation that mini-batch {@code b} takes. */
  public int to(long b, int shard) {
    return starts(b + 1)[shard];
  }

  /**
   * Returns how many rows of each shard the mini-batches before {@code b} take.
   *
   * <p>Batch b takes [starts(b)[v], starts(b + 1)[v]) of shard v: one call a step serves all
   * shards.
   *
   * @param b in [0, steps()]
   */
  public int[] starts(long b) {
    long rank = rank(b);
    int[] counts = new int[shardRows.length];
    if (total == 0) {
      return counts;
    }
    // All rows up to any position are a prefix of the merged order. One near the rank, in 2⁻³⁰ths
    // so
    // that products fit a long, leaves few rows to add or take back.
    long position = (long) ((double) rank / total * (1L << POSITION_BITS));
    long taken = 0;
    for (int v = 0; v < counts.length; v++) {
      long doubled = 2 * position * shardRows[v] + (1L << POSITION_BITS);
      counts[v] = (int) (doubled >> (POSITION_BITS + 1));
      taken += counts[v];
    }
    for (; taken < rank; taken++) {
      counts[next(counts)]++;
    }
    for (; taken > rank; taken--) {
      counts[last(counts)]--;
    }
    return counts;
  }

  private long rank(long b) {
    if (b < 0 || b > steps()) {
      throw new IllegalArgumentException("batch " + b + " is not in [0, " + steps() + "]");
    }
    return Math.min(b * batchSize, total);
  }

  /** The shard whose first row not yet taken comes first. */
  private int next(int[] counts) {
    int first = -1;
    for (int v = 0; v < counts.length; v++) {
      if (counts[v] < shardRows[v] && (first < 0 || before(v, counts[v], first, counts[first]))) {
        first = v;
      }
    }
    return first;
  }

  /** The shard whose last row taken comes last. */
  private int last(int[] counts) {
    int last = -1;
    for (int v = 0; v < counts.length; v++) {
      if (counts[v] > 0 && (last < 0 || !before(v, counts[v] - 1, last, counts[last] - 1))) {
        last = v;
      }
    }
    return last;
  }

  /** Whether row j of v stands strictly before row k of w; a tie is not before, for v above w. */
  private boolean before(int v, int j, int w, int k) {
    return (2L * j + 1) * shardRows[w] < (2L * k + 1) * shardRows[v];
  }
}
