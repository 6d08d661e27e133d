package org.invar.source;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures to pixels: decoding, and bilinear resizing with arithmetic of our own. */
final class Pictures {
  private Pictures() {}

  /**
   * Returns the pixels of a picture file, (height, width, channels) unsigned bytes.
   *
   * @param content the file's bytes
   * @param height of the result
   * @param width of the result
   * @param channels 1 for gray (ITU-R BT.601 luma), 3 for red, green, blue; transparency is ignored
   * @throws IOException when the content is not a picture that javax.imageio can read
   */
  static byte[] pixels(byte[] content, int height, int width, int channels) throws IOException {
    BufferedImage image = decode(content);
    int[] colors = colors(image);
    int rows = image.getHeight();
    int columns = image.getWidth();
    byte[] pixels = new byte[height * width * channels];
    for (int y = 0; y < height; y++) {
      double fromY = source(y, rows, height);
      for (int x = 0; x < width; x++) {
        double fromX = source(x, columns, width);
        for (int c = 0; c < channels; c++) {
          double value = sample(colors, rows, columns, fromY, fromX, channels == 1 ? -1 : c);
          pixels[(y * width + x) * channels + c] = (byte) Math.round(value);
        }
      }
    }
    return pixels;
  }

  private static BufferedImage decode(byte[] content) throws IOException {
    BufferedImage image;
    try {
      image = ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(content)));
    } catch (RuntimeException e) {
      // The JDK's readers answer some corrupt files with whatever exception their code runs into.
      throw new IOException(e.toString(), e);
    }
    if (image == null) {
      throw new IOException("of no known picture format");
    }
    return image;
  }

  /** The colors as 0xRRGGBB. */
  private static int[] colors(BufferedImage image) {
    int height = image.getHeight();
    int width = image.getWidth();
    int grayBits = grayBits(image);
    if (grayBits == 0) {
      return image.getRGB(0, 0, width, height, null, 0, width);
    }
    // getRGB would brighten gray: it takes stored gray levels for linear light.
    int[] colors = image.getRaster().getSamples(0, 0, width, height, 0, (int[]) null);
    int most = (1 << grayBits) - 1;
    for (int i = 0; i < colors.length; i++) {
      int level = (int) ((colors[i] * 255L + most / 2) / most);
      colors[i] = level << 16 | level << 8 | level;
    }
    return colors;
  }

  private static int grayBits(BufferedImage image) {
    var model = image.getColorModel();
    boolean gray =
        !(model instanceof IndexColorModel)
            && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    return gray ? model.getComponentSize(0) : 0;
  }

  /** Where the middle of a pixel of the result lies in the source, kept inside. */
  private static double source(int pixel, int from, int to) {
    return Math.min(Math.max((pixel + 0.5) * from / to - 0.5, 0), from - 1);
  }

  private static double sample(
      int[] colors, int rows, int columns, double y, double x, int channel) {
    int top = (int) y;
    int left = (int) x;
    int bottom = Math.min(top + 1, rows - 1);
    int right = Math.min(left + 1, columns - 1);
    double upper =
        mix(
            channel(colors[top * columns + left], channel),
            channel(colors[top * columns + right], channel),
            x - left);
    double lower =
        mix(
            channel(colors[bottom * columns + left], channel),
            channel(colors[bottom * columns + right], channel),
            x - left);
    return mix(upper, lower, y - top);
  }

  private static double mix(double first, double second, double part) {
    return first + (second - first) * part;
  }

  /** Red, green or blue of a color, or its luma for −1. */
  private static double channel(int color, int channel) {
    int red = color >> 16 & 0xFF;
    int green = color >> 8 & 0xFF;
    int blue = color & 0xFF;
    return switch (channel) {
      case 0 -> red;
      case 1 -> green;
      case 2 -> blue;
      default -> (299 * red + 587 * green + 114 * blue) / 1000.0;
    };
  }
}
