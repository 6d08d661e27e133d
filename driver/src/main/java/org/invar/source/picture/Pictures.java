package org.invar.source.picture;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures to pixels: decoding, and bilinear resizing with arithmetic of our own. */
public final class Pictures {
  /** Warnings of the JDK's JPEG reader about pixels that are not there; it goes on with gray. */
  private static final Pattern DAMAGE =
      Pattern.compile("Truncated|[Pp]remature end|Corrupt JPEG data: (?!\\d+ extraneous)");

  private Pictures() {}

  /**
   * Returns the pixels of a picture file, (height, width, channels) unsigned bytes.
   *
   * @param content the file's bytes
   * @param height of the result
   * @param width of the result
   * @param channels 1 for gray (ITU-R BT.601 luma), 3 for red, green, blue
   * @throws BadPicture when the content is not a whole picture that can be read as it is seen; one
   *     with transparent pixels is none, for nothing says what is behind them
   */
  public static byte[] pixels(byte[] content, int height, int width, int channels)
      throws BadPicture {
    PictureHeader header = PictureHeader.of(content);
    BufferedImage image = decode(content, header);
    requireOpaque(image);
    int rows = image.getHeight();
    int columns = image.getWidth();
    int[] upper = new int[columns];
    int[] lower = new int[columns];
    byte[] pixels = new byte[height * width * channels];
    for (int y = 0; y < height; y++) {
      double fromY = source(y, rows, height);
      int top = (int) fromY;
      colors(image, top, upper);
      colors(image, Math.min(top + 1, rows - 1), lower);
      for (int x = 0; x < width; x++) {
        double fromX = source(x, columns, width);
        for (int c = 0; c < channels; c++) {
          int channel = channels == 1 ? -1 : c;
          double above = sample(upper, fromX, channel);
          double value = mix(above, sample(lower, fromX, channel), fromY - top);
          pixels[(y * width + x) * channels + c] = (byte) Math.round(value);
        }
      }
    }
    return pixels;
  }

  private static BufferedImage decode(byte[] content, PictureHeader header) throws BadPicture {
    ImageReader reader = ImageIO.getImageReadersByFormatName(header.format()).next();
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
    BufferedImage image;
    try {
      reader.setInput(
          new MemoryCacheImageInputStream(new ByteArrayInputStream(content)), true, true);
      image = reader.read(0);
    } catch (IOException | RuntimeException e) {
      // The JDK's readers answer some corrupt files with whatever exception their code runs into.
      throw broken(content, String.valueOf(e.getMessage()));
    } finally {
      reader.dispose();
    }
    for (String warning : warnings) {
      if (DAMAGE.matcher(warning).find()) { // What is missing would be gray.
        throw broken(content, warning);
      }
    }
    if (image.getWidth() != header.width() || image.getHeight() != header.height()) {
      throw broken(content, "another size than its header has");
    }
    return image;
  }

  private static BadPicture broken(byte[] content, String why) {
    return new BadPicture(
        " that is whole",
        content.length + " bytes that cannot be decoded (" + why + ")",
        "Fetch it again, or leave it out.");
  }

  private static void requireOpaque(BufferedImage image) throws BadPicture {
    if (!image.getColorModel().hasAlpha()) {
      return;
    }
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int color : row) {
        if (color >>> 24 != 0xFF) {
          throw new BadPicture(
              " without transparent pixels",
              "some in row " + (y + 1),
              "Save it on the background that it is to have, or leave it out.");
        }
      }
    }
  }

  /** Takes the colors of a row as 0xRRGGBB. */
  private static void colors(BufferedImage image, int row, int[] colors) {
    int grayBits = grayBits(image);
    if (grayBits == 0) {
      image.getRGB(0, row, colors.length, 1, colors, 0, colors.length);
      return;
    }
    // getRGB would brighten gray: it takes stored gray levels for linear light.
    image.getRaster().getSamples(0, row, colors.length, 1, 0, colors);
    int most = (1 << grayBits) - 1;
    for (int i = 0; i < colors.length; i++) {
      int level = (int) ((colors[i] * 255L + most / 2) / most);
      colors[i] = level << 16 | level << 8 | level;
    }
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

  private static double sample(int[] colors, double x, int channel) {
    int left = (int) x;
    int right = Math.min(left + 1, colors.length - 1);
    return mix(channel(colors[left], channel), channel(colors[right], channel), x - left);
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
