package org.invar.source.picture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The segments of a JPEG file in front of its pixels. Source: ITU-T T.81, annex B. */
final class JpegHeader {
  private static final String RGB = "Convert it to RGB or gray, or leave it out.";
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  private JpegHeader() {}

  /**
   * Returns the size.
   *
   * @param bytes the file
   * @throws BadPicture when it has other colors than RGB and gray, or is turned by a tag
   */
  static PictureHeader read(ByteBuffer bytes) throws BadPicture {
    @Nullable PictureHeader frame = null;
    int at = 2;
    while (true) {
      while ((bytes.get(at) & 0xFF) != 0xFF) { // Bytes between segments are passed over.
        at++;
      }
      while ((bytes.get(at) & 0xFF) == 0xFF) {
        at++;
      }
      int marker = bytes.get(at++) & 0xFF;
      if ((marker >= 0xD0 && marker <= 0xD8) || marker == 0x01 || marker == 0x00) {
        continue; // Without a length.
      }
      if (marker == 0xD9 || marker == 0xDA) { // The end, or the pixels.
        if (frame == null) {
          throw new BadPicture("", "a JPEG without a frame", "Fetch it again, or leave it out.");
        }
        return frame;
      }
      int length = bytes.getShort(at) & 0xFFFF;
      if (marker == 0xE1 && isExif(bytes, at + 2, length - 2)) {
        ByteBuffer tiff = bytes.slice(at + 2 + EXIF.length, length - 2 - EXIF.length);
        PictureHeader.requireStraight(Exif.orientation(tiff));
      }
      boolean tables = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
      if (marker >= 0xC0 && marker <= 0xCF && !tables) {
        frame = frame(bytes, at + 2);
      }
      at += length;
    }
  }

  private static boolean isExif(ByteBuffer bytes, int at, int length) {
    return length >= EXIF.length && bytes.slice(at, EXIF.length).equals(ByteBuffer.wrap(EXIF));
  }

  private static PictureHeader frame(ByteBuffer bytes, int at) throws BadPicture {
    int bits = bytes.get(at);
    int height = bytes.getShort(at + 1) & 0xFFFF;
    int width = bytes.getShort(at + 3) & 0xFFFF;
    int components = bytes.get(at + 5) & 0xFF;
    if (bits != 8) {
      throw new BadPicture(" of 8 bits a color", "a JPEG of " + bits, RGB);
    }
    if (components == 4) {
      throw new BadPicture(" in RGB or gray", "a JPEG in CMYK, the four colors of print", RGB);
    }
    if (components != 1 && components != 3) {
      throw new BadPicture(" in RGB or gray", "a JPEG of " + components + " components", RGB);
    }
    return new PictureHeader("jpeg", width, height);
  }
}
