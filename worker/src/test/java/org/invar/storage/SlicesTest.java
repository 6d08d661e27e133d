package org.invar.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.storage.Safetensors.Entry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlicesTest {
  /** More than two chunks for each of three workers. */
  private static final int PARAMETERS = 100_003;

  private static final int STATE = 7;

  @TempDir private java.nio.file.Path folder;

  private final float[] parameters = vector(PARAMETERS, 1);
  private final List<float[]> moments = List.of(vector(PARAMETERS, 2), vector(PARAMETERS, 3));
  private final float[] state = vector(STATE, 4);
  private Path directory;
  private FileSystem fileSystem;

  @BeforeEach
  void open() throws IOException {
    directory = new Path(folder.toUri());
    fileSystem = RunFiles.fileSystem(directory, new Configuration());
  }

  /** Every kind of bits: NaN payloads, subnormals, infinities. */
  private static float[] vector(int length, int seed) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = Float.intBitsToFloat(i * 0x9E3779B1 + seed * 0x85EBCA6B);
    }
    return values;
  }

  private static int cut(int length, int rank, int workers) {
    return (int) ((long) length * rank / workers);
  }

  /** Writes a checkpoint as workers do: each has all parameters and its own moments. */
  private List<SliceFile> write(int workers) throws IOException {
    List<SliceFile> files = new ArrayList<>();
    for (int rank = 0; rank < workers; rank++) {
      int from = cut(PARAMETERS, rank, workers);
      int to = cut(PARAMETERS, rank + 1, workers);
      List<Span> own = new ArrayList<>();
      for (float[] moment : moments) {
        own.add(Span.part(Arrays.copyOfRange(moment, from, to), from));
      }
      var content =
          new SliceContent(
              Span.within(parameters, from, to),
              own,
              Span.within(state, cut(STATE, rank, workers), cut(STATE, rank + 1, workers)));
      Path file = new Path(directory, SliceFile.name("a", rank, workers));
      files.add(Slices.write(fileSystem, file, content));
    }
    return files;
  }

  @ParameterizedTest
  @CsvSource({"3, 2", "3, 5", "1, 4", "4, 1", "10, 9", "3, 3"})
  void whatSomeWorkersWroteIsReadByAnyOtherNumber(int writers, int readers) throws IOException {
    List<SliceFile> files = write(writers);
    for (int rank = 0; rank < readers; rank++) {
      int from = cut(PARAMETERS, rank, readers);
      int to = cut(PARAMETERS, rank + 1, readers);
      float[] foundParameters = new float[PARAMETERS];
      float[] foundState = new float[STATE];
      List<float[]> found = List.of(new float[to - from], new float[to - from]);

      Slices.read(
          fileSystem,
          directory,
          files,
          new SliceContent(
              Span.of(foundParameters),
              found.stream().map(moment -> Span.part(moment, from)).toList(),
              Span.of(foundState)));

      assertSameBits(parameters, foundParameters);
      assertSameBits(state, foundState);
      for (int i = 0; i < 2; i++) {
        assertSameBits(Arrays.copyOfRange(moments.get(i), from, to), found.get(i));
      }
    }
  }

  @Test
  void aFileIsOneOfTheFormatWithItsRangesAsMetadata() throws IOException {
    SliceFile slice = write(3).get(1);
    Path file = new Path(directory, slice.file().name());

    assertEquals("a-0001-of-0003.safetensors", slice.file().name());
    assertEquals(List.of(33_334, 66_668, 2, 4, 2), ranges(slice));
    long bytes = 33_334 * 4L;
    assertEquals(
        List.of(
            new Entry("parameters", "F32", List.of(33_334L), 0, bytes),
            new Entry("moment.0", "F32", List.of(33_334L), bytes, 2 * bytes),
            new Entry("moment.1", "F32", List.of(33_334L), 2 * bytes, 3 * bytes),
            new Entry("state", "F32", List.of(2L), 3 * bytes, 3 * bytes + 8)),
        Safetensors.entries(fileSystem, file));
    byte[] whole = Files.readAllBytes(folder.resolve(file.getName()));
    String head = new String(whole, 8, 200, StandardCharsets.UTF_8);
    String metadata =
        "{\"__metadata__\":{\"from\":\"33334\",\"to\":\"66668\",\"stateFrom\":\"2\",\"stateTo\":\"4\"},";
    assertTrue(head.startsWith(metadata + "\"parameters\":"), head);
    slice.file().verify(fileSystem, directory);
    assertEquals(slice, SliceFile.fromJson(slice.toJson()));
  }

  private static List<Integer> ranges(SliceFile slice) {
    return List.of(slice.from(), slice.to(), slice.stateFrom(), slice.stateTo(), slice.moments());
  }

  @Test
  void partsThatNobodyWantsAreLeftOut() throws IOException {
    List<SliceFile> files = write(3);
    float[] some = new float[30_000];
    Arrays.fill(some, 5);

    Slices.read(
        fileSystem,
        directory,
        files,
        SliceContent.weights(
            new Span(some, 10, 33_330, 33_340), new Span(new float[0], 0, STATE, STATE)));

    float[] expected = new float[30_000];
    Arrays.fill(expected, 5);
    System.arraycopy(parameters, 33_330, expected, 10, 10);
    assertSameBits(expected, some);
  }

  @Test
  void anEmptySliceIsAFileWithEmptyTensors() throws IOException {
    var nothing = new Span(parameters, 0, 40, 40);
    var file = new Path(directory, "empty.safetensors");
    var content = new SliceContent(nothing, List.of(nothing), new Span(state, 0, STATE, STATE));

    SliceFile slice = Slices.write(fileSystem, file, content);

    assertEquals(List.of(40, 40, STATE, STATE, 1), ranges(slice));
    float[] all = new float[PARAMETERS];
    Slices.read(
        fileSystem,
        directory,
        List.of(slice),
        new SliceContent(Span.of(all), List.of(Span.of(all)), Span.of(new float[STATE])));
    assertSameBits(new float[PARAMETERS], all);
  }

  @Test
  void aFileThatExistsIsNotTouched() throws IOException {
    Files.write(folder.resolve("a-0000-of-0001.safetensors"), new byte[] {1, 2});

    var e = assertThrows(IOException.class, () -> write(1));

    assertTrue(e.getMessage().contains("a-0000-of-0001.safetensors"), e.getMessage());
    assertArrayEquals(
        new byte[] {1, 2}, Files.readAllBytes(folder.resolve("a-0000-of-0001.safetensors")));
  }

  @Test
  void aFileOfAnotherLengthOrNoneIsDamage() throws IOException {
    List<SliceFile> files = write(2);
    java.nio.file.Path file = folder.resolve(files.get(1).file().name());
    byte[] bytes = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 100, bytes.length - 1}) {
      Files.write(file, Arrays.copyOf(bytes, length));
      refused(files, "expected " + bytes.length + " bytes, found " + length + " bytes");
    }
    Files.delete(file);
    refused(files, "expected a file, found none of that name");
  }

  @Test
  void anotherSliceUnderTheNameIsDamage() throws IOException {
    List<SliceFile> files = write(4);
    SliceFile third = files.get(2);
    // The range shows, even where the length is the same.
    Files.copy(folder.resolve(files.get(1).file().name()), folder.resolve("b"));
    var swapped =
        new SliceFile(
            third.from(),
            third.to(),
            third.stateFrom(),
            third.stateTo(),
            2,
            new StoredFile("b", files.get(1).file().length(), "ab".repeat(32)));
    refused(List.of(swapped), "expected the slice {from=50001, to=75002, ");
  }

  @Test
  void aHeaderWithoutATensorIsDamage() throws IOException {
    SliceFile slice = write(1).get(0);
    java.nio.file.Path file = folder.resolve(slice.file().name());
    byte[] bytes = Files.readAllBytes(file);
    String header =
        new String(bytes, 8, 600, StandardCharsets.ISO_8859_1).replace("moment.1", "moment.2");
    System.arraycopy(header.getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 8, 600);
    Files.write(file, bytes);

    refused(List.of(slice), "entry moment.1: expected F32 100003, found none");
    Files.write(file, new byte[bytes.length]);
    assertThrows(InvarException.class, () -> read(List.of(slice), 2));
  }

  @Test
  void anotherNumberOfMomentsIsRefused() throws IOException {
    List<SliceFile> files = write(1);

    var e = assertThrows(IllegalArgumentException.class, () -> read(files, 1));

    assertEquals("a-0000-of-0001.safetensors has 2 moments, 1 are wanted", e.getMessage());
  }

  @Test
  void momentsOfAnotherRangeAreRefused() {
    var content =
        new SliceContent(
            Span.within(parameters, 4, 8), List.of(Span.within(parameters, 4, 9)), Span.of(state));

    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Slices.write(fileSystem, new Path(directory, "x"), content));

    assertEquals("a moment of [4, 9) does not fit parameters of [4, 8)", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, -1, 2", "0, 3, 2", "-1, 0, 2", "0, 0, 6", "3, 7, 10"})
  void aSpanThatItsArrayDoesNotHaveIsRefused(int at, int from, int to) {
    assertThrows(IllegalArgumentException.class, () -> new Span(new float[5], at, from, to));
  }

  private void refused(List<SliceFile> files, String message) {
    var e = assertThrows(DamagedFileException.class, () -> read(files, 2));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());
  }

  private void read(List<SliceFile> files, int momentCount) throws IOException {
    List<Span> wanted = new ArrayList<>();
    for (int i = 0; i < momentCount; i++) {
      wanted.add(Span.of(new float[PARAMETERS]));
    }
    Slices.read(
        fileSystem,
        directory,
        files,
        new SliceContent(Span.of(new float[PARAMETERS]), wanted, Span.of(new float[STATE])));
  }

  private static void assertSameBits(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(expected[i]), Float.floatToRawIntBits(found[i]), "at " + i);
    }
  }
}
