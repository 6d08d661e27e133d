package org.invar.rows;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The hash of a shard's blocks, so that a shard that is made again can be compared. */
public final class ShardDigest {
  private static final int BYTES = 16;

  private final MessageDigest digest;

  /** Makes the digest of a shard without blocks. */
  public ShardDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Adds the shard's next block, encoded. */
  public void add(byte[] block) {
    digest.update(block);
  }

  /** Returns 32 hexadecimal digits: the first half of the SHA-256; the digest starts anew. */
  public String hex() {
    return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), BYTES));
  }
}
