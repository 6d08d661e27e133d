package org.invar.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.Safetensors.Entry;
import org.invar.storage.Safetensors.Group;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Layout.Spec;
import org.invar.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private static final Layout PAIR = layout("a", Shape.of(2), "b", Shape.of());
  private static final String PAIR_HEADER =
      "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
          + "'b':{'dtype':'F32','shape':[],'data_offsets':[8,12]}}";

  static Layout layout(String first, Shape firstShape, String second, Shape secondShape) {
    var zeros = new Initializer.Zeros();
    return Layout.of(
        List.of(Spec.decayed(first, firstShape, zeros), Spec.plain(second, secondShape, zeros)));
  }

  @Test
  void writesTheFormatByteForByte() throws IOException {
    String header = PAIR_HEADER.replace('\'', '"');
    int padded = (header.length() + 7) / 8 * 8;
    ByteBuffer expected =
        ByteBuffer.allocate(8 + padded + 12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(padded)
            .put(header.getBytes(StandardCharsets.UTF_8))
            .put(" ".repeat(padded - header.length()).getBytes(StandardCharsets.UTF_8))
            .putFloat(1.5f)
            .putFloat(-2)
            .putFloat(Float.MIN_VALUE);
    assertTrue(padded > header.length(), "the example needs padding");

    assertArrayEquals(
        expected.array(), written(new Group("", PAIR, new float[] {1.5f, -2, Float.MIN_VALUE})));
  }

  @Test
  void anEmptyFileIsAnEmptyHeader() throws IOException {
    byte[] bytes = written(new Group("", Layout.of(List.of()), new float[0]));

    assertEquals("{}      ", new String(bytes, 8, bytes.length - 8, StandardCharsets.UTF_8));
    read(bytes, new Group("", Layout.of(List.of()), new float[0]));
  }

  @Test
  void severalGroupsOfManyChunksComeBackBitForBit() throws IOException {
    Layout big = layout("kernel", Shape.of(700, 1000), "bias", Shape.of(300));
    float[] first = new float[big.length()];
    float[] second = new float[big.length()];
    for (int i = 0; i < first.length; i++) {
      // Every kind of bits: NaN payloads, subnormals, infinities.
      first[i] = Float.intBitsToFloat(i * 0x9E3779B1);
      second[i] = i;
    }
    var firstRead = Group.zeros("0.", big);
    var secondRead = Group.zeros("1.", big);

    read(written(new Group("0.", big, first), new Group("1.", big, second)), firstRead, secondRead);

    for (int i = 0; i < first.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(first[i]), Float.floatToRawIntBits(firstRead.values()[i]));
    }
    assertArrayEquals(second, secondRead.values());
  }

  @Test
  void entriesMayStandInAnyOrder() throws IOException {
    String header =
        "{'__metadata__':{'format':'pt'},'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]},"
            + "'b':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}";
    var group = Group.zeros("", PAIR);

    read(file(header, 3, 1, 2), group);

    assertArrayEquals(new float[] {1, 2, 3}, group.values());
  }

  @Test
  void entriesAreListedWithoutALayout(@TempDir java.nio.file.Path folder) throws IOException {
    java.nio.file.Path file = folder.resolve("x.safetensors");
    String header =
        "{'b':{'dtype':'I64','shape':[],'data_offsets':[4,12]},"
            + "'a':{'dtype':'BF16','shape':[1,2],'data_offsets':[0,4]}}";
    Files.write(file, file(header, 0, 0, 0));
    var path = new Path(file.toUri());

    assertEquals(
        List.of(
            new Entry("a", "BF16", List.of(1L, 2L), 0, 4), new Entry("b", "I64", List.of(), 4, 12)),
        Safetensors.entries(path.getFileSystem(new Configuration()), path));
  }

  @Test
  void equalNamesAreRefusedWhenWriting() {
    var group = Group.zeros("", PAIR);

    var e = assertThrows(IllegalArgumentException.class, () -> written(group, group));

    assertTrue(e.getMessage().contains("named a"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'a' F32 [3] [0,12]                  | entry a: expected F32 2, found F32 3",
        "'a' F32 [1,2] [0,8];'b' F32 [] [8,12]| entry a: expected F32 2, found F32 1×2",
        "'a' I32 [2] [0,8];'b' F32 [] [8,12] | entry a: expected F32 2, found I32 2",
        "'a' F32 [2] [0,8];'c' F32 [] [8,12] | entry b: expected F32 scalar, found no entry",
        "'a' F32 [1] [0,4];'b' F32 [] [4,8];'c' F32 [] [8,12] | entry a: expected F32 2",
        "'a' F32 [2] [0,8];'b' F32 [] [4,8]  | entry b: expected its bytes to begin at 8",
        "'a' F32 [1] [0,4];'b' F32 [] [8,12] | entry b: expected its bytes to begin at 4",
        "'a' F32 [2] [0,8]                   | expected 8 bytes of tensors",
        "'a' F32 [2] [0,8];'b' F64 [] [8,16] | expected 16 bytes of tensors",
        "'a' F32 [2] [0,4];'b' F32 [] [4,12] | entry a: expected 8 bytes for F32 2, found 4 bytes",
        "'a' F32 [2] [8,0];'b' F32 [] [8,12] | entry a: expected data_offsets of a begin and",
        "'a' F32 [-2] [0,8];'b' F32 [] [8,12]| entry a: expected shape as an array of whole",
        "'a' F32 [2.0] [0,8]                 | entry a: expected shape as an array of whole",
        "'a' F32 2 [0,8]                     | entry a: expected shape as an array of whole",
        "'a' F31 [2] [0,8]                   | entry a: expected one of the dtypes",
        "'a' F32 [4611686018427387904] [0,8] | entry a: expected a tensor below 2^63 bytes",
        "'a' F32 [2] [0,8];'a' F32 [] [8,12] | expected a JSON header",
      })
  void aWrongEntryIsRefusedByName(String entries, String message) {
    StringBuilder header = new StringBuilder();
    for (String entry : entries.trim().split(";", -1)) {
      String[] parts = entry.split(" ", -1);
      header
          .append(header.isEmpty() ? "{" : ",")
          .append(parts[0] + ":{'dtype':'" + parts[1] + "','shape':" + parts[2])
          .append(",'data_offsets':" + parts[3] + "}");
    }

    refused(file(header.append("}").toString(), 0, 0, 0), message);
  }

  @Test
  void anEntryTooManyIsRefused() {
    String header =
        PAIR_HEADER.replace("}}", "},'c':{'dtype':'F32','shape':[1],'data_offsets':[12,16]}}");

    refused(file(header, 0, 0, 0, 0), "entry c: expected no entry of that name, found F32 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "{", "{} {}", "{'a':1}", "{'a':{'dtype':'F32'}}"})
  void aHeaderThatIsNoneIsRefused(String header) {
    refused(file(header), "The file is damaged or not a safetensors file");
  }

  @Test
  void aHeaderAboveTheLimitIsRefusedBeforeItIsRead() {
    byte[] bytes = file(PAIR_HEADER, 1, 2, 3);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(16_777_217);
    refused(bytes, "at most 16777216 bytes, found a header length of 16777217");

    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(-1);
    refused(bytes, "found a header length of 18446744073709551615");

    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(16_777_216);
    refused(bytes, "expected a header of 16777216 bytes, found a file of");
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] whole = file(PAIR_HEADER, 1, 2, 3);
    for (int length = 0; length < whole.length; length++) {
      refused(Arrays.copyOf(whole, length), "x.safetensors");
      // A stream that ends before the length that its file is said to have.
      var in = new ByteArrayInputStream(whole, 0, length);
      assertThrows(
          InvarException.class,
          () -> Safetensors.read(in, whole.length, "x", List.of(Group.zeros("", PAIR))));
    }
    refused(Arrays.copyOf(whole, whole.length + 1), "expected 12 bytes of tensors");
  }

  private static void refused(byte[] bytes, String message) {
    var e = assertThrows(InvarException.class, () -> read(bytes, Group.zeros("", PAIR)), message);
    assertTrue(e.getMessage().startsWith("x.safetensors"), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static void read(byte[] bytes, Group... groups) throws IOException {
    Safetensors.read(
        new ByteArrayInputStream(bytes), bytes.length, "x.safetensors", List.of(groups));
  }

  private static byte[] written(Group... groups) throws IOException {
    var out = new ByteArrayOutputStream();
    Safetensors.write(out, List.of(groups));
    return out.toByteArray();
  }

  private static byte[] file(String header, float... values) {
    byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }
}
