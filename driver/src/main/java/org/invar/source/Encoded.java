package org.invar.source;

import java.io.Serializable;
import org.invar.rows.Identity;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a row: its encoding, or why it has none.
 *
 * <p>A plain class of arrays and texts, so that any serializer can write it.
 */
final class Encoded implements Serializable {
  private static final long serialVersionUID = 1;

  private final long high;
  private final long low;
  private final byte[] bytes;
  private final @Nullable BadRow problem;

  private Encoded(long high, long low, byte[] bytes, @Nullable BadRow problem) {
    this.high = high;
    this.low = low;
    this.bytes = bytes;
    this.problem = problem;
  }

  /**
   * Returns a good row.
   *
   * @param identity what it is known by
   * @param bytes its canonical encoding
   */
  static Encoded good(Identity identity, byte[] bytes) {
    return new Encoded(identity.high(), identity.low(), bytes, null);
  }

  /** Returns a bad row. */
  static Encoded bad(BadRow problem) {
    return new Encoded(0, 0, new byte[0], problem);
  }

  Identity identity() {
    return new Identity(high, low);
  }

  byte[] bytes() {
    return bytes;
  }

  /** Returns what is wrong with a bad row, or null for a good one. */
  @Nullable BadRow problem() {
    return problem;
  }
}
