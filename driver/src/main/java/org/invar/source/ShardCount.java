package org.invar.source;

/** How many shards the rows of a training split make. */
@FunctionalInterface
public interface ShardCount {
  /** Returns V for a split of that many rows. */
  int of(long rows);

  /**
   * Returns whether shards of those sizes will do; where not, the rows are packed into half as
   * many.
   *
   * @param shardRows the rows of each of V shards, V at least 2
   */
  default boolean fits(long[] shardRows) {
    return true;
  }
}
