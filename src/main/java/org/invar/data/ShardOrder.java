package org.invar.data;

import org.invar.random.CounterRandom;
import org.invar.random.Purpose;

/** The order in which an epoch goes through a shard's rows. */
public final class ShardOrder {
  private ShardOrder() {}

  /**
   * Returns a permutation of 0..rows−1 that depends on the arguments and on nothing else.
   *
   * @param seed the run's seed
   * @param epoch counted from 0
   * @param shard counted from 0
   * @param rows the shard's rows, which are stored by rising identity; 0 gives an empty array
   */
  public static int[] of(long seed, long epoch, int shard, int rows) {
    int[] order = new int[rows];
    for (int i = 0; i < rows; i++) {
      order[i] = i;
    }
    CounterRandom.of(seed, Purpose.ORDER.key(), epoch, shard).shuffle(order);
    return order;
  }
}
