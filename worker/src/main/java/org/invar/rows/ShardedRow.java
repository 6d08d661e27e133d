package org.invar.rows;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;

/**
 * An encoded row on its way to its shard: shard, identity and encoding in one array of bytes, whose
 * unsigned order is the order in which shards hold rows.
 */
public final class ShardedRow {
  private static final int IDENTITY = Integer.BYTES;
  private static final int ENCODED = IDENTITY + 2 * Long.BYTES;

  /** By shard, then identity, then encoding; rows that compare as equal are equal. */
  public static final Comparator<byte[]> ORDER =
      (Comparator<byte[]> & java.io.Serializable) (a, b) -> Arrays.compareUnsigned(a, b);

  private ShardedRow() {}

  /** Returns the bytes of a row in a shard. */
  public static byte[] of(int shard, Identity identity, byte[] encoded) {
    return ByteBuffer.allocate(ENCODED + encoded.length)
        .putInt(shard)
        .putLong(identity.high())
        .putLong(identity.low())
        .put(encoded)
        .array();
  }

  /** Returns the row's shard. */
  public static int shard(byte[] row) {
    return ByteBuffer.wrap(row).getInt();
  }

  /** Returns the row's encoding. */
  public static byte[] encoded(byte[] row) {
    return Arrays.copyOfRange(row, ENCODED, row.length);
  }
}
