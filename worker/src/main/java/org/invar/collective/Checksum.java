package org.invar.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Frames in clear, with a checksum: finds damage, not an attacker. */
final class Checksum implements Protection {
  private static final int TRAILER = 4;

  private final ByteBuffer wire;
  private final ByteBuffer view;
  private final CRC32C crc = new CRC32C();

  Checksum(ByteBuffer wire) {
    this.wire = wire;
    this.view = wire.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public int trailer() {
    return TRAILER;
  }

  @Override
  public ByteBuffer payload(int start) {
    return view(start + Frames.HEADER, Frames.MAX_PAYLOAD);
  }

  @Override
  public void seal(int start, int length, long number) {
    wire.putInt(start + Frames.HEADER + length, sum(start, length));
  }

  @Override
  public ByteBuffer open(int start, int length, long number) throws StreamException {
    if (wire.getInt(start + Frames.HEADER + length) != sum(start, length)) {
      throw new StreamException("sent frame " + number + " with a wrong checksum");
    }
    return view(start + Frames.HEADER, length);
  }

  private int sum(int start, int length) {
    crc.reset();
    crc.update(view(start, Frames.HEADER + length));
    return (int) crc.getValue();
  }

  private ByteBuffer view(int from, int length) {
    return view.limit(from + length).position(from);
  }
}
