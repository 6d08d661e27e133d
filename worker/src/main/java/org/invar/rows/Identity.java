package org.invar.rows;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash3;
import org.invar.random.CounterRandom;
import org.invar.random.Purpose;

/**
 * What a row is known by, wherever Spark puts it: 128 bits of its content or of its id.
 *
 * <p>Split and shard follow from identity and seed alone. The hash is MurmurHash3 128 x64, by
 * Austin Appleby.
 *
 * @param high the hash's first 64 bits
 * @param low the hash's last 64 bits
 */
public record Identity(long high, long low) implements Serializable {
  /** Returns the identity of a row's canonical bytes, see {@link RowCodec}. */
  public static Identity of(byte[] encoded) {
    long[] hash = MurmurHash3.hash128x64(encoded);
    return new Identity(hash[0], hash[1]);
  }

  /** Returns the identity of a row whose id column holds that text. */
  public static Identity ofId(String id) {
    return of(id.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the shard of the row, uniform over [0, shards).
   *
   * @param seed the run's seed
   * @param shards V, at least 1
   */
  public int shard(long seed, int shards) {
    return CounterRandom.of(seed, Purpose.SHARD.key(), high, low).nextInt(shards);
  }

  /**
   * Returns a uniform number in [0, 1) that decides the row's split, independent of its shard.
   *
   * @param seed the run's seed
   */
  public double splitPoint(long seed) {
    return CounterRandom.of(seed, Purpose.SPLIT.key(), high, low).nextDouble();
  }
}
