package org.invar.collective;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way to the other side of a connection. Used by one thread at a time.
 *
 * <p>Between position and limit of the buffer are bytes that were not written to the channel yet.
 */
final class Outgoing {
  private final ByteBuffer wire;
  private final Protection protection;
  private @Nullable ByteBuffer payload;
  private int start;
  private long number;

  /**
   * Makes frames that are encrypted with a key of 32 bytes, or in clear without one.
   *
   * @param frames how many of the longest frames may be on their way
   */
  Outgoing(int frames, byte @Nullable [] key) {
    wire = Frames.wire(frames * Frames.MAX_FRAME);
    wire.limit(0);
    protection = key == null ? new Checksum(wire) : new Encryption(wire, key);
  }

  /** Returns where to write the next payload; null while there is no room for one. */
  @Nullable ByteBuffer begin() {
    if (!wire.hasRemaining()) {
      wire.position(0).limit(0);
    }
    if (wire.capacity() - wire.limit() < Frames.MAX_FRAME) {
      return null;
    }
    ByteBuffer place = protection.payload(wire.limit());
    payload = place;
    start = place.position();
    return place;
  }

  /** Makes a frame of what was written into the last {@link #begin}. */
  void end(int tag) {
    ByteBuffer written = payload;
    if (written == null) {
      throw new IllegalStateException("no frame was begun");
    }
    int length = written.position() - start;
    payload = null;
    int frame = wire.limit();
    int end = frame + Frames.HEADER + length + protection.trailer();
    wire.limit(end);
    Frames.header(wire, frame, length, tag, number);
    protection.seal(frame, length, number);
    number++;
  }

  /** Returns the bytes to write to the channel. */
  ByteBuffer pending() {
    return wire;
  }
}
