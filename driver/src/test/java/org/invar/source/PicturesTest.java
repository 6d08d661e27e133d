package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.invar.rows.PackedBlock;
import org.invar.source.picture.Pictures;
import org.invar.tensor.Shape;
import org.invar.tensor.Size;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static byte[] png(int width, int height, int type, int color) throws IOException {
    var image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (type == BufferedImage.TYPE_BYTE_GRAY) {
          image.getRaster().setSample(x, y, 0, color);
        } else {
          image.setRGB(x, y, color);
        }
      }
    }
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private void write(String name, byte[] content) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), content);
  }

  private static PackedSplits pack(Input input) {
    return LocalSpark.pack(LocalSpark.packing(Targets.CLASSES, Columns.of()), input);
  }

  @Test
  void foldersAreClassesAndPicturesAreResized() throws IOException {
    write("my cats/1.png", png(9, 5, BufferedImage.TYPE_INT_RGB, 0x0A141E));
    write("my cats/deep.Png", png(4, 4, BufferedImage.TYPE_INT_RGB, 0x0A141F));
    write("dogs/1.png", png(3, 3, BufferedImage.TYPE_BYTE_GRAY, 100));
    write("dogs/notes.txt", new byte[] {1});
    var source = DataSource.Images.of(folder.toString(), new Size(4, 6));
    PackedSplits packed = pack(Input.open(spark, source));
    assertEquals(List.of("dogs", "my cats"), packed.preprocessing().classes());
    assertEquals(Shape.of(4, 6, 3), packed.preprocessing().shape());
    assertEquals(3, packed.train().rows());
    for (PackedBlock block : LocalSpark.blocks(packed.train())) {
      for (int r = 0; r < block.rows(); r++) {
        byte[] first =
            Arrays.copyOfRange(block.features(), block.featuresFrom(r), block.featuresFrom(r) + 3);
        if (block.targets()[r] == 0) {
          assertArrayEquals(new byte[] {100, 100, 100}, first);
        } else {
          assertArrayEquals(new byte[] {10, 20}, Arrays.copyOf(first, 2));
        }
      }
    }
  }

  @Test
  void aPictureInNoClassesFolderIsRefusedUnlessNoClassIsNeeded() throws IOException {
    write("a/fine.png", png(3, 3, BufferedImage.TYPE_BYTE_GRAY, 1));
    var source = DataSource.Images.of(folder.toString(), new Size(2, 2));
    Preprocessing fitted = pack(Input.open(spark, source)).preprocessing();
    write("notes.txt", new byte[] {1});
    write("Stray.Jpg", png(3, 3, BufferedImage.TYPE_BYTE_GRAY, 2));
    Input input = Input.open(spark, source);
    var e = assertThrows(InvarException.class, () -> pack(input));
    assertTrue(e.getMessage().contains("found Stray.Jpg in none"), e.getMessage());
    e =
        assertThrows(
            InvarException.class,
            () -> Packer.packAll(fitted, input, BadRows.ERROR, 1, rows -> 2, 2));
    assertTrue(e.getMessage().contains("found Stray.Jpg in none"), e.getMessage());
    RowEncoder.unlabeled(fitted, input, input.rows().schema());
    assertEquals(2, input.rows().count());
  }

  @Test
  void aCorruptPictureIsNamed() throws IOException {
    byte[] whole = png(40, 40, BufferedImage.TYPE_INT_RGB, 0x123456);
    write("a/fine.png", whole);
    write("b/broken one.png", Arrays.copyOf(whole, whole.length / 2));
    var source = new DataSource.Images(folder.toString(), new Size(4, 4), 1);
    Input input = Input.open(spark, source);
    var e = assertThrows(InvarException.class, () -> pack(input));
    assertTrue(e.getMessage().contains("b/broken one.png, row 1"), e.getMessage());
    assertTrue(e.getMessage().contains("expected a picture"), e.getMessage());
  }

  @Test
  void resizingIsBilinearBetweenPixelCenters() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 0);
    image.getRaster().setSample(1, 0, 0, 200);
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    byte[] pixels = Pictures.pixels(out.toByteArray(), 1, 4, 1);
    assertArrayEquals(new byte[] {0, 50, (byte) 150, (byte) 200}, pixels);
    assertArrayEquals(new byte[] {100}, Pictures.pixels(out.toByteArray(), 1, 1, 1));
  }

  /** Sixteen bits a color are those of eight, rounded. */
  @Test
  void deepColorsAreReadAsTheyAreSeen() throws IOException {
    var model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    var raster = model.createCompatibleWritableRaster(2, 2);
    for (int pixel = 0; pixel < 4; pixel++) {
      raster.setPixel(pixel % 2, pixel / 2, new int[] {200 * 257, 100 * 257 + 100, 40 * 257 - 100});
    }
    var out = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(model, raster, false, null), "png", out);
    assertArrayEquals(
        new byte[] {(byte) 200, 100, 40}, Pictures.pixels(out.toByteArray(), 1, 1, 3));
  }

  @Test
  void colorsBecomeGrayByLuma() throws IOException {
    byte[] png = png(1, 1, BufferedImage.TYPE_INT_RGB, 0xFF0000);
    assertArrayEquals(new byte[] {76}, Pictures.pixels(png, 1, 1, 1));
    assertThrows(IOException.class, () -> Pictures.pixels(new byte[] {1, 2}, 1, 1, 1));
    assertThrows(IOException.class, () -> Pictures.pixels(new byte[0], 1, 1, 1));
  }

  private static byte[] idx(int type, int[] dimensions, int values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * dimensions.length + values);
    buffer.putInt(type << 8 | dimensions.length);
    Arrays.stream(dimensions).forEach(buffer::putInt);
    for (int i = 0; i < values; i++) {
      buffer.put((byte) (i % 3));
    }
    return buffer.array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private Input idx(byte[] images, byte[] labels) throws IOException {
    write("images", images);
    write("labels", labels);
    return Input.open(
        spark,
        new DataSource.Idx(
            folder.resolve("images").toString(), folder.resolve("labels").toString()));
  }

  @Test
  void idxFilesGiveTheSameShardsPlainAndGzipped() throws IOException {
    byte[] images = idx(8, new int[] {90, 5, 4}, 90 * 20);
    for (int i = 16; i < images.length; i++) {
      images[i] = (byte) (i * 7 + i / 20);
    }
    byte[] labels = idx(8, new int[] {90}, 90);
    PackedSplits plain = pack(idx(images, labels));
    assertEquals(Shape.of(5, 4, 1), plain.preprocessing().shape());
    assertEquals(List.of("0", "1", "2"), plain.preprocessing().classes());
    assertEquals(90, plain.train().rows());
    PackedSplits zipped = pack(idx(gzip(images), gzip(labels)));
    assertEquals(plain.train().shards(), zipped.train().shards());
    PackedSplits flat = pack(idx(idx(8, new int[] {6, 20}, 120), idx(8, new int[] {6}, 6)));
    assertEquals(Shape.of(20), flat.preprocessing().shape());
  }

  @Test
  void idxImagesWithoutLabelsHaveTheirIndexAlone() throws IOException {
    write("alone", idx(8, new int[] {7, 2, 3}, 42));
    Input input = Input.unlabeledIdx(spark, folder.resolve("alone").toString());
    assertEquals(List.of("index", "features"), List.of(input.rows().columns()));
    assertEquals(List.of("index"), input.kept());
    for (var row : input.rows().collectAsList()) {
      byte[] pixels = row.getAs(1);
      assertEquals(row.getInt(0) * 6 % 3, pixels[0]);
      assertEquals(6, pixels.length);
    }
    assertEquals(7, input.rows().count());
  }

  @Test
  void idxFilesThatAreNotWholeAreRefusedWithoutAJob() throws IOException {
    byte[] images = idx(8, new int[] {6, 2, 2}, 24);
    byte[] labels = idx(8, new int[] {6}, 6);
    refused(idx(13, new int[] {6, 2, 2}, 24), labels, "images: ", "unsigned bytes", "00000d03");
    refused(images, idx(8, new int[] {5}, 5), "labels: expected 6 labels", "found 5 labels");
    refused(images, idx(8, new int[] {6, 1}, 6), "one dimension", "[6, 1]");
    refused(Arrays.copyOf(images, 30), labels, "images: expected 24 bytes", "found 14 bytes");
    refused(idx(8, new int[] {1, 70000, 70000}, 0), labels, "images: ", "[1, 70000, 70000]");
    refused(Arrays.copyOf(images, 9), labels, "header of an IDX file");
    refused(idx(8, new int[] {6, 2, 2}, 25), labels, "expected 24 bytes", "found 25 bytes");
    byte[] zipped = gzip(idx(8, new int[] {600, 2, 2}, 2400));
    refused(Arrays.copyOf(zipped, zipped.length - 9), labels, "images: expected a whole IDX file");
    zipped[zipped.length - 6] ^= 1;
    refused(zipped, labels, "images: expected a whole IDX file");
  }

  private void refused(byte[] images, byte[] labels, String... parts) {
    var e = assertThrows(InvarException.class, () -> idx(images, labels));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), part + " is not in: " + e.getMessage());
    }
  }
}
