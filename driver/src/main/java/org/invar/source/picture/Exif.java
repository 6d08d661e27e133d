package org.invar.source.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one tag of EXIF that changes how a picture is seen. Source: EXIF 2.3, JEITA CP-3451C. */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int SHORT = 3;
  private static final int ENTRY = 12;

  private Exif() {}

  /**
   * Returns how the picture is to be turned, 2 to 8; 1 where it stands upright, or nothing that can
   * be read says otherwise.
   *
   * @param tiff the block behind {@code Exif\0\0}: a TIFF header and its first directory
   */
  static int orientation(ByteBuffer tiff) {
    if (tiff.limit() < 8) {
      return 1;
    }
    ByteOrder order = tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer bytes = tiff.duplicate().order(order);
    int directory = bytes.getInt(4);
    if (directory < 8 || directory > bytes.limit() - 2) {
      return 1;
    }
    int entries = bytes.getShort(directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int at = directory + 2 + i * ENTRY;
      if (at > bytes.limit() - ENTRY) {
        return 1;
      }
      boolean here =
          (bytes.getShort(at) & 0xFFFF) == ORIENTATION && bytes.getShort(at + 2) == SHORT;
      int value = bytes.getShort(at + 8) & 0xFFFF;
      if (here) {
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
    return 1;
  }
}
