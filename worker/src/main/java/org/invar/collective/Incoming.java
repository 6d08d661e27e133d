package org.invar.collective;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that came from the other side of a connection, and the frames in them. Used by one thread.
 *
 * <p>Between {@code start} and the position of the buffer are bytes that were not taken yet.
 */
final class Incoming {
  private final ByteBuffer wire;
  private final Protection protection;
  private int start;
  private int tag;
  private long number;

  /**
   * Expects frames that are encrypted with a key of 32 bytes, or in clear without one.
   *
   * @param frames how many of the longest frames may wait to be taken, at least 2
   */
  Incoming(int frames, byte @Nullable [] key) {
    wire = Frames.wire(frames * Frames.MAX_FRAME);
    protection = key == null ? new Checksum(wire) : new Encryption(wire, key);
  }

  /**
   * Returns the buffer to read from the channel into; it has room unless whole frames fill it. Ends
   * the validity of the last payload.
   */
  ByteBuffer room() {
    if (start == wire.position()) {
      start = 0;
      wire.clear();
    } else if (wire.capacity() - start < Frames.MAX_FRAME) {
      wire.flip().position(start);
      wire.compact();
      start = 0;
    }
    return wire;
  }

  /**
   * Returns the payload of the next frame, little-endian; null while it is not complete. Valid
   * until the next call of this or {@link #room}.
   *
   * @throws StreamException when the frame is not the one that was sent
   */
  @Nullable ByteBuffer next() throws StreamException {
    int available = wire.position() - start;
    if (available < Frames.HEADER) {
      return null;
    }
    int length = Frames.length(wire, start);
    if (length < 0 || length > Frames.MAX_PAYLOAD) {
      throw new StreamException(
          "sent a frame of " + length + " bytes (0 to " + Frames.MAX_PAYLOAD + " are allowed)");
    }
    long found = Frames.number(wire, start);
    if (found != number) {
      throw new StreamException("sent frame " + found + " instead of frame " + number);
    }
    int size = Frames.HEADER + length + protection.trailer();
    if (available < size) {
      return null;
    }
    ByteBuffer payload = protection.open(start, length, number);
    tag = Frames.tag(wire, start);
    start += size;
    number++;
    return payload;
  }

  /** Returns the tag of the frame that {@link #next} returned last. */
  int tag() {
    return tag;
  }
}
