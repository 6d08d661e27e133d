package org.invar.collective;

/**
 * The format in which bytes travel.
 *
 * <p>A frame is a header, a payload and a trailer. The header, little-endian, is the payload's
 * length (int), the round's tag (int) and the frame's number in its direction of the connection
 * (long, from 0). The trailer is CRC-32C of header and payload (4 bytes) where frames travel in
 * clear; else the payload is encrypted with AES-256-GCM, the header is its associated data, the
 * frame's number its nonce, and the trailer the tag (16 bytes).
 */
public final class Frames {
  /** The longest payload, in bytes: 64 KiB of values and 256 bytes for who describes them. */
  public static final int MAX_PAYLOAD = (64 << 10) + 256;

  static final int HEADER = 16;

  private Frames() {}
}
