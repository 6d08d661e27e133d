package org.invar.source.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not read as its owner sees it is refused, with what it is and what to do. */
class UnreadablePictureTest {
  private static void refused(byte[] content, String... parts) {
    var e = assertThrows(BadPicture.class, () -> Pictures.pixels(content, 2, 2, 3));
    String told = e.getMessage() + ". " + e.remedy();
    assertTrue(told.startsWith("expected a picture"), told);
    for (String part : parts) {
      assertTrue(told.contains(part), part + " is not in: " + told);
    }
  }

  @Test
  void picturesInColorsOfPrint() {
    refused(TestPictures.cmyk(), "found a JPEG in CMYK", "Convert it to RGB");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 6, 8})
  void picturesThatATagTurns(int orientation) throws IOException {
    String found = "EXIF tag turns or mirrors (orientation " + orientation + ")";
    refused(TestPictures.turnedJpeg(TestPictures.jpeg(9, 4), orientation), found);
    byte[] exif = TestPictures.exif(orientation);
    refused(TestPictures.with(TestPictures.png(9, 4), "eXIf", exif), found);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9})
  void tagsThatTurnNothingAreFine(int orientation) throws IOException {
    byte[] jpeg = TestPictures.jpeg(9, 4);
    assertArrayEquals(
        Pictures.pixels(jpeg, 4, 9, 3),
        Pictures.pixels(TestPictures.turnedJpeg(jpeg, orientation), 4, 9, 3));
  }

  @Test
  void bombsBeforeMemoryIsTaken() {
    refused(TestPictures.bomb(40_000, 40_000), "at most 100 megapixels", "40000×40000 pixels");
    refused(TestPictures.bomb(Integer.MAX_VALUE, Integer.MAX_VALUE), "at most 100 megapixels");
    refused(TestPictures.bomb(-5, 3), "at least one pixel");
    refused(TestPictures.bomb(0, 3), "at least one pixel");
    ByteBuffer bmp = ByteBuffer.allocate(60).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(14, 40).putInt(18, 1 << 30).putInt(22, -(1 << 30));
    refused(bmp.array(), "at most 100 megapixels");
    ByteBuffer gif = ByteBuffer.allocate(20).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(StandardCharsets.US_ASCII)).putInt(-1);
    refused(gif.array(), "65535×65535 pixels");
  }

  @ParameterizedTest
  @CsvSource({
    "II*., a TIFF file",
    "RIFF----WEBPVP8, a WebP file",
    "----ftypavif, an AVIF file",
    "----ftypheic, a HEIC file",
    "<svg xmlns=''/>, an SVG",
    "hello, start with 68 65 6c 6c",
    "A, start with 41",
  })
  void otherKindsWhateverTheirName(String head, String found) {
    refused(
        head.replace('.', '\0').getBytes(StandardCharsets.US_ASCII), found, "kinds PNG, JPEG, GIF");
  }

  @Test
  void anEmptyFile() {
    refused(new byte[0], "found an empty file");
  }

  @Test
  void animations() throws IOException {
    refused(TestPictures.with(TestPictures.png(3, 3), "acTL", new byte[8]), "an animated PNG");
    refused(gif(2), "an animated GIF");
    assertDoesNotThrow(() -> Pictures.pixels(gif(1), 2, 2, 3));
  }

  private static byte[] gif(int frames) throws IOException {
    var out = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (var stream = ImageIO.createImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.prepareWriteSequence(null);
      for (int frame = 0; frame < frames; frame++) {
        var image = new BufferedImage(6, 5, BufferedImage.TYPE_BYTE_INDEXED);
        writer.writeToSequence(new IIOImage(image, null, null), null);
      }
      writer.endWriteSequence();
    }
    return out.toByteArray();
  }

  /** Nobody can say what is seen behind them; those without any are read. */
  @Test
  void transparentPixels() throws IOException {
    byte[] opaque = TestPictures.written("png", 5, 4, BufferedImage.TYPE_INT_ARGB);
    assertArrayEquals(
        Pictures.pixels(TestPictures.png(5, 4), 4, 5, 3), Pictures.pixels(opaque, 4, 5, 3));
    var image = new BufferedImage(3, 3, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xFFFFFFFF);
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    refused(out.toByteArray(), "without transparent pixels", "background");
  }

  /** The JDK's reader of JPEG files paints what is missing gray. */
  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "gif", "bmp"})
  void halfAPicture(String format) throws IOException {
    byte[] whole = TestPictures.written(format, 40, 40, BufferedImage.TYPE_INT_RGB);
    assertDoesNotThrow(() -> Pictures.pixels(whole, 2, 2, 3));
    for (int part = 1; part < 8; part++) {
      refused(Arrays.copyOf(whole, whole.length * part / 8), "expected a picture");
    }
  }

  /** Whatever stands in a file, the failure is one that names it. */
  @Test
  void filesWithChangedBytes() throws IOException {
    Random random = new Random(5);
    for (String format : new String[] {"jpg", "png", "gif", "bmp"}) {
      byte[] whole = TestPictures.written(format, 12, 12, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < 100; i++) {
        byte[] changed = whole.clone();
        for (int j = 0; j < 3; j++) {
          changed[random.nextInt(Math.min(200, changed.length))] = (byte) random.nextInt();
        }
        try {
          Pictures.pixels(changed, 2, 2, 3);
        } catch (BadPicture e) {
          assertTrue(e.getMessage().startsWith("expected a picture"), e.getMessage());
        }
      }
    }
  }
}
