package org.invar.source.picture;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of a picture file: its format, told by its first bytes and not by its name, and its
 * size, known before memory is taken for it.
 *
 * @param format as javax.imageio names it
 * @param width in pixels
 * @param height in pixels
 */
public record PictureHeader(String format, int width, int height) {
  /** The most pixels of a picture: 100 megapixels, which decoded are 300 MB of colors. */
  public static final long MOST_PIXELS = 100_000_000;

  private static final String CONVERT = "Convert it to PNG or JPEG, or leave it out.";
  private static final int PNG_HEADER = 0x49484452; // IHDR
  private static final int PNG_ANIMATION = 0x6163544C; // acTL
  private static final int PNG_EXIF = 0x65584966; // eXIf
  private static final int PNG_DATA = 0x49444154; // IDAT
  private static final int CHUNK = 12; // Bytes of a PNG chunk around its data.
  private static final int CORE_HEADER = 12; // Bytes of the header of OS/2's bitmaps.

  /**
   * Reads the head of a file.
   *
   * @throws BadPicture when the file is of another kind than PNG, JPEG, GIF and BMP, larger than
   *     {@value #MOST_PIXELS} pixels, animated, turned by a tag or in colors other than RGB and
   *     gray
   */
  static PictureHeader of(byte[] content) throws BadPicture {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    PictureHeader header;
    try {
      if (starts(content, 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A)) {
        header = png(bytes);
      } else if (starts(content, 0xFF, 0xD8, 0xFF)) {
        header = JpegHeader.read(bytes);
      } else if (starts(content, 'G', 'I', 'F', '8')) {
        header = gif(bytes);
      } else if (starts(content, 'B', 'M')) {
        header = bmp(bytes);
      } else {
        throw new BadPicture(" of the kinds PNG, JPEG, GIF and BMP", kind(content), CONVERT);
      }
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BadPicture(
          "", "a file that ends within its header", "Fetch it again, or leave it out.");
    }
    if (header.width < 1 || header.height < 1) {
      throw new BadPicture(" of at least one pixel", header.size(), CONVERT);
    }
    if ((long) header.width * header.height > MOST_PIXELS) {
      throw new BadPicture(
          " of at most " + MOST_PIXELS / 1_000_000 + " megapixels",
          header.size() + " pixels",
          "Make it smaller, or leave it out.");
    }
    return header;
  }

  /** Refuses a tag that turns or mirrors the picture. */
  static void requireStraight(int orientation) throws BadPicture {
    if (orientation > 1) {
      throw new BadPicture(
          " whose pixels stand as it is seen",
          "one that its EXIF tag turns or mirrors (orientation " + orientation + ")",
          "Save it turned and without the tag, or leave it out.");
    }
  }

  private String size() {
    return width + "×" + height;
  }

  private static boolean starts(byte[] content, int... first) {
    for (int i = 0; i < first.length; i++) {
      if (i >= content.length || (content[i] & 0xFF) != first[i]) {
        return false;
      }
    }
    return true;
  }

  private static PictureHeader png(ByteBuffer bytes) throws BadPicture {
    bytes.position(12);
    if (bytes.getInt() != PNG_HEADER) {
      throw new BadPicture("", "a PNG file without its header", CONVERT);
    }
    var header = new PictureHeader("png", bytes.getInt(), bytes.getInt());
    // Chunks: length, type, data, checksum. What matters stands in front of the pixels.
    int at = 8;
    while (bytes.limit() - at >= CHUNK && bytes.getInt(at + 4) != PNG_DATA) {
      int length = bytes.getInt(at);
      if (bytes.getInt(at + 4) == PNG_ANIMATION) {
        throw animated("PNG");
      } else if (bytes.getInt(at + 4) == PNG_EXIF) {
        requireStraight(Exif.orientation(bytes.slice(at + 8, length)));
      }
      if (length < 0 || length > bytes.limit() - at - CHUNK) {
        break; // Decoding will say what is wrong.
      }
      at += CHUNK + length;
    }
    return header;
  }

  private static PictureHeader gif(ByteBuffer bytes) throws BadPicture {
    bytes.order(ByteOrder.LITTLE_ENDIAN).position(6);
    var screen = new PictureHeader("gif", ushort(bytes), ushort(bytes));
    int flags = bytes.get();
    bytes.position(13 + colors(flags));
    int frames = 0;
    while (bytes.hasRemaining()) {
      int block = bytes.get();
      if (block == 0x21) {
        bytes.get();
      } else if (block == 0x2C) {
        frame(bytes, screen);
        frames++;
      } else {
        break;
      }
      for (int data = bytes.get() & 0xFF; data > 0 && data <= bytes.remaining(); ) {
        bytes.position(bytes.position() + data);
        data = bytes.hasRemaining() ? bytes.get() & 0xFF : 0;
      }
    }
    if (frames > 1) {
      throw animated("GIF");
    }
    return screen;
  }

  /**
   * Goes on to a frame's data; a frame that is a part of the screen would be read for the whole.
   */
  private static void frame(ByteBuffer bytes, PictureHeader screen) throws BadPicture {
    int left = ushort(bytes);
    int top = ushort(bytes);
    var frame = new PictureHeader("gif", ushort(bytes), ushort(bytes));
    if (left != 0 || top != 0 || !frame.equals(screen)) {
      throw new BadPicture(
          " that fills its canvas", frame.size() + " pixels of " + screen.size(), CONVERT);
    }
    int flags = bytes.get();
    bytes.position(bytes.position() + colors(flags) + 1);
  }

  /** The bytes of a color table, if there is one. */
  private static int colors(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  private static PictureHeader bmp(ByteBuffer bytes) {
    bytes.order(ByteOrder.LITTLE_ENDIAN).position(14);
    if (bytes.getInt() == CORE_HEADER) {
      return new PictureHeader("bmp", ushort(bytes), ushort(bytes));
    }
    int width = bytes.getInt();
    return new PictureHeader("bmp", width, Math.abs(bytes.getInt())); // Negative from the top.
  }

  private static int ushort(ByteBuffer bytes) {
    return bytes.getShort() & 0xFFFF;
  }

  private static BadPicture animated(String format) {
    return new BadPicture(
        " that stands still",
        "an animated " + format,
        "Save the frame that counts, or leave it out.");
  }

  /** What a file of another kind is. */
  private static String kind(byte[] content) {
    String head =
        new String(content, 0, Math.min(512, content.length), StandardCharsets.ISO_8859_1);
    if (content.length == 0) {
      return "an empty file";
    }
    if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
      return "a TIFF file";
    }
    if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return "a WebP file";
    }
    if (head.startsWith("ftyp", 4)) {
      return head.startsWith("avi", 8) ? "an AVIF file" : "a HEIC file or another of its family";
    }
    if (head.contains("<svg") || head.startsWith("<?xml")) {
      return "an SVG or XML file";
    }
    String start =
        String.join(
            " ",
            Arrays.stream(new int[] {0, 1, 2, 3})
                .filter(i -> i < content.length)
                .mapToObj(
                    i ->
                        Character.forDigit(content[i] >> 4 & 15, 16)
                            + ""
                            + Character.forDigit(content[i] & 15, 16))
                .toList());
    return content.length + " bytes of no known picture format, which start with " + start;
  }
}
