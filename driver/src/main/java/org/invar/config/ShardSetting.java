package org.invar.config;

import org.invar.config.bind.Unnamed;

/**
 * Into how many shards the data and every mini-batch are cut: {@code auto} or a number.
 *
 * <p>The number of shards bounds how many cores can help, and is part of what makes a run what it
 * is: another number means other sums and so other weights.
 */
public sealed interface ShardSetting permits ShardSetting.Auto, ShardSetting.Fixed {
  /** As many as follow from the batch size, the rows and the model; never from the cluster. */
  record Auto() implements ShardSetting {}

  /**
   * A number of the user's choice.
   *
   * @param count at least 1
   */
  @Unnamed
  record Fixed(int count) implements ShardSetting {
    private static final int MOST = 65_536;

    /** Refuses less than one shard, and more than there are cores anywhere. */
    public Fixed {
      Require.atLeast("count", 1, count, "Write auto where no number is meant.");
      Require.check(count <= MOST, "count", count, "a whole number of at most " + MOST);
    }
  }
}
