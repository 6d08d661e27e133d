package org.invar.source.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Small picture files that tests need. */
public final class TestPictures {
  /** 2×2 pixels of rgb(200, 100, 40) as inks of print, which Pillow 11 wrote. */
  static final String CMYK =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggL"
          + "CAkKCgoKCgYICwwLCgwJCgoK/8AAFAgAAgACBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYH"
          + "CAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBka"
          + "JSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo"
          + "qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9IK8P"
          + "r8n6/fyv/9k=";

  private TestPictures() {}

  public static byte[] cmyk() {
    return Base64.getDecoder().decode(CMYK);
  }

  /** Stripes that differ from row to row and column to column. */
  static byte[] written(String format, int width, int height, int type) throws IOException {
    var image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0xFF000000 | (x * 97 + y * 31) % 256 << 16 | y * 53 % 256 << 8 | x);
      }
    }
    var out = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, out)) {
      throw new IOException("no writer of " + format);
    }
    return out.toByteArray();
  }

  public static byte[] jpeg(int width, int height) throws IOException {
    return written("jpg", width, height, BufferedImage.TYPE_INT_RGB);
  }

  public static byte[] png(int width, int height) throws IOException {
    return written("png", width, height, BufferedImage.TYPE_INT_RGB);
  }

  /** An EXIF block whose only tag is the orientation. */
  static byte[] exif(int orientation) {
    ByteBuffer bytes = ByteBuffer.allocate(26);
    bytes.put("MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8).putShort((short) 1);
    bytes.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return bytes.array();
  }

  /** A JPEG with an EXIF segment behind its first marker. */
  static byte[] turnedJpeg(byte[] jpeg, int orientation) {
    byte[] exif = exif(orientation);
    ByteBuffer bytes = ByteBuffer.allocate(jpeg.length + 10 + exif.length);
    bytes.put(jpeg, 0, 2).putShort((short) 0xFFE1).putShort((short) (8 + exif.length));
    bytes.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(exif);
    return bytes.put(jpeg, 2, jpeg.length - 2).array();
  }

  /** A PNG with another chunk behind its header. */
  static byte[] with(byte[] png, String type, byte[] data) {
    int header = 33;
    ByteBuffer bytes = ByteBuffer.allocate(png.length + 12 + data.length);
    bytes.put(png, 0, header);
    put(bytes, type, data);
    return bytes.put(png, header, png.length - header).array();
  }

  /** A PNG of that size whose pixels are not there: whoever takes memory for them fails. */
  static byte[] bomb(int width, int height) {
    ByteBuffer head = ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 1);
    ByteBuffer bytes = ByteBuffer.allocate(8 + 25 + 12 + 12);
    bytes.putLong(0x89504E470D0A1A0AL);
    put(bytes, "IHDR", head.array());
    put(bytes, "IDAT", new byte[0]);
    put(bytes, "IEND", new byte[0]);
    return bytes.array();
  }

  private static void put(ByteBuffer bytes, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(data);
    bytes.putInt(data.length).put(name).put(data).putInt((int) crc.getValue());
  }
}
