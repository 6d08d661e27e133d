package org.invar.source;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.SparkSession;
import org.invar.InvarException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Headers of IDX files that promise more than there is, or less: nothing is taken or read for them.
 */
class IdxHeaderTest {
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start(1);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private String refused(boolean gzipped, int values, int... dimensions) throws IOException {
    Path file = folder.resolve(gzipped ? "images.gz" : "images");
    try (OutputStream raw = Files.newOutputStream(file);
        var out = new DataOutputStream(gzipped ? new GZIPOutputStream(raw) : raw)) {
      out.writeInt(0x800 + dimensions.length);
      for (int dimension : dimensions) {
        out.writeInt(dimension);
      }
      out.write(new byte[values]);
    }
    String message =
        assertThrows(InvarException.class, () -> IdxFiles.open(spark, file.toString(), null))
            .getMessage();
    assertTrue(message.startsWith(file.toString()) || message.contains("/images"), message);
    return message;
  }

  @Test
  void moreThanTheFileHas() throws IOException {
    String message = refused(false, 8, Integer.MAX_VALUE, 46340, 46340);
    assertTrue(message.contains("expected 4611496934639753200 bytes"), message);
    assertTrue(message.contains("found 8 bytes"), message);
    message = refused(false, 8, 2, Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertTrue(message.contains("dimensions of at most 2147483647 values a row"), message);
  }

  @Test
  void moreThanAnyFileOfThatSizeCanHold() throws IOException {
    String message = refused(true, 8, Integer.MAX_VALUE, 46340, 46340);
    assertTrue(message.contains("bytes, which cannot hold them"), message);
  }

  /** Fifty million zeros in some fifty kilobytes, for a header of 40. */
  @Test
  void aBombIsReadNoFurtherThanItsHeaderSays() throws IOException {
    String message = refused(true, 50_000_000, 10, 2, 2);
    assertTrue(message.contains("expected 40 bytes of values for dimensions [10, 2, 2]"), message);
    assertTrue(message.contains("found more."), message);
  }

  @Test
  void lessThanTheHeaderSays() throws IOException {
    String message = refused(true, 30, 10, 2, 2);
    assertTrue(
        message.contains("expected 40 bytes") && message.contains("found 30 bytes"), message);
  }

  /** A row of 64 MiB as floats, of which there is one. */
  @Test
  void rowsTooWideToBeHeld() throws IOException {
    Path file = folder.resolve("wide");
    try (var out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeInt(0x803);
      out.writeInt(1);
      out.writeInt(4097);
      out.writeInt(4097);
      out.write(new byte[4097 * 4097]);
    }
    Input input = IdxFiles.open(spark, file.toString(), null);
    Packing packing = LocalSpark.packing(Targets.VALUES, Columns.of());
    String message =
        assertThrows(
                InvarException.class,
                () -> Packer.shape(input, packing, Profile.of(input, Map.of())))
            .getMessage();
    assertTrue(message.contains("expected at most 16777216 features a row"), message);
  }
}
