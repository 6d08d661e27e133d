package org.invar.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The format in which bytes travel.
 *
 * <p>A frame is a header, a payload and a trailer. The header, little-endian, is the payload's
 * length (int), a tag (int) and the frame's number in its direction of the connection (long, from
 * 0). The trailer is CRC-32C of header and payload (4 bytes) where frames travel in clear; else the
 * payload is encrypted with AES-256-GCM, the header is its associated data, the frame's number its
 * nonce, and the trailer the authentication tag (16 bytes). Keys are never used on two connections
 * or in two directions.
 */
public final class Frames {
  /** The longest payload, in bytes: 64 KiB of values and 256 bytes for what describes them. */
  public static final int MAX_PAYLOAD = (64 << 10) + 256;

  /** Bytes before the payload. */
  static final int HEADER = 16;

  /** The most bytes that a frame takes. */
  static final int MAX_FRAME = HEADER + MAX_PAYLOAD + Encryption.TRAILER;

  private static final int LENGTH = 0;
  private static final int TAG = 4;
  private static final int NUMBER = 8;

  private Frames() {}

  /** Returns a buffer of the given size outside of the heap, for channels. */
  static ByteBuffer wire(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes the header of the frame at {@code start}. */
  static void header(ByteBuffer wire, int start, int length, int tag, long number) {
    wire.putInt(start + LENGTH, length);
    wire.putInt(start + TAG, tag);
    wire.putLong(start + NUMBER, number);
  }

  /** Returns the length that the header at {@code start} claims, which may be any number. */
  static int length(ByteBuffer wire, int start) {
    return wire.getInt(start + LENGTH);
  }

  /** Returns the tag in the header at {@code start}. */
  static int tag(ByteBuffer wire, int start) {
    return wire.getInt(start + TAG);
  }

  /** Returns the number in the header at {@code start}. */
  static long number(ByteBuffer wire, int start) {
    return wire.getLong(start + NUMBER);
  }
}
