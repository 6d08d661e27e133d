package org.invar.collective;

import java.nio.ByteBuffer;

/**
 * How the frames in one buffer, for one direction of a connection, are kept from damage.
 *
 * <p>Used by one thread. Frames are addressed by where their header starts in the buffer.
 */
sealed interface Protection permits Checksum, Encryption {
  /** Returns the trailer's length in bytes. */
  int trailer();

  /**
   * Returns where to write the payload of the frame at {@code start}: {@link Frames#MAX_PAYLOAD}
   * free bytes, little-endian.
   */
  ByteBuffer payload(int start);

  /**
   * Completes a frame whose header is in the buffer and whose payload was written where {@link
   * #payload} said.
   */
  void seal(int start, int length, long number);

  /**
   * Checks a frame and returns its payload, little-endian, valid until the next call.
   *
   * @throws StreamException when a byte of it is not as it was sent
   */
  ByteBuffer open(int start, int length, long number) throws StreamException;
}
