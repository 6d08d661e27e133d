package org.invar.storage;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.tensor.Layout;

/**
 * Writes and reads the files of slices: safetensors with flat tensors {@code parameters}, {@code
 * moment.0} and so on, and {@code state}, and the slice's ranges as metadata.
 *
 * <p>Vectors stream between arrays and files; nothing is copied as a whole.
 */
public final class Slices {
  private static final String PARAMETERS = "parameters";
  private static final String MOMENT = "moment.";
  private static final String STATE = "state";

  private Slices() {}

  /**
   * Writes a slice.
   *
   * @param file must not exist; its directory need not
   * @param content its moments must be of its parameters' range
   * @throws IOException naming the file, when it exists or cannot be written
   */
  public static SliceFile write(FileSystem fileSystem, Path file, SliceContent content)
      throws IOException {
    Span parameters = content.parameters();
    Span state = content.state();
    for (Span moment : content.moments()) {
      if (moment.from() != parameters.from() || moment.to() != parameters.to()) {
        throw new IllegalArgumentException(
            "a moment of [%d, %d) does not fit parameters of [%d, %d)"
                .formatted(moment.from(), moment.to(), parameters.from(), parameters.to()));
      }
    }
    List<Safetensors.Tensor> tensors = new ArrayList<>();
    tensors(content).forEach((name, span) -> tensors.add(Safetensors.Tensor.flat(name, span)));
    Map<String, String> metadata =
        metadata(parameters.from(), parameters.to(), state.from(), state.to());
    StoredFile stored =
        StoredFile.write(fileSystem, file, false, out -> Safetensors.write(out, metadata, tensors));
    return new SliceFile(
        parameters.from(),
        parameters.to(),
        state.from(),
        state.to(),
        content.moments().size(),
        stored);
  }

  /**
   * Copies what files hold of the wanted ranges into the arrays, and skips the rest of them.
   *
   * <p>Of each file the length and the header are checked, not the hash: a checkpoint's hashes are
   * checked before it is gone on from.
   *
   * @param directory where the files are
   * @param files of one checkpoint, cut for any number of workers
   * @param into the wanted ranges; no moments to leave them out
   * @throws IllegalArgumentException when the files have another number of moments than wanted
   * @throws DamagedFileException when a file is missing or not the one that was written
   */
  public static void read(
      FileSystem fileSystem, Path directory, List<SliceFile> files, SliceContent into)
      throws IOException {
    var chunks = new FloatChunks();
    for (SliceFile slice : files) {
      int moments = into.moments().size();
      if (moments > 0 && moments != slice.moments()) {
        throw new IllegalArgumentException(
            slice.file().name()
                + " has "
                + slice.moments()
                + " moments, "
                + moments
                + " are wanted");
      }
      read(fileSystem, directory, slice, into, chunks);
    }
  }

  /**
   * Reads a whole slice and checks it: length, hash, ranges, tensors, and that parameters and state
   * are finite.
   *
   * @param parameters names the parameters in messages
   * @param state names the elements of the state
   * @throws DamagedFileException when the file is not a slice of that kind
   */
  public static void verify(
      FileSystem fileSystem, Path directory, SliceFile slice, Layout parameters, Layout state)
      throws IOException {
    String place = new Path(directory, slice.file().name()).toString();
    try {
      slice
          .file()
          .read(
              fileSystem,
              directory,
              (in, length) -> {
                requireSound(in, place, slice, parameters, state);
                return slice;
              });
    } catch (InvarException e) {
      throw new DamagedFileException(place, "a slice", "another file: " + e.getMessage());
    }
  }

  private static void requireSound(
      InputStream in, String place, SliceFile slice, Layout parameters, Layout state)
      throws IOException {
    var header = SafetensorsHeader.read(in, slice.file().length(), place);
    requireRanges(header, slice, place);
    if (header.entries().size() != 2L + slice.moments()) {
      throw new DamagedFileException(
          place,
          "parameters, state and " + slice.moments() + " moments",
          header.entries().size() + " tensors");
    }
    List<String> names = new ArrayList<>(List.of(PARAMETERS, STATE));
    for (int moment = 0; moment < slice.moments(); moment++) {
      names.add(MOMENT + moment);
    }
    Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
    header.entries().forEach(entry -> entries.put(entry.name(), entry));
    for (String name : names) {
      entry(entries, name, slice, place);
    }
    var chunks = new FloatChunks();
    for (Safetensors.Entry entry : header.entries()) {
      boolean ofParameters = entry.name().equals(PARAMETERS);
      if (ofParameters || entry.name().equals(STATE)) {
        int from = ofParameters ? slice.from() : slice.stateFrom();
        int to = ofParameters ? slice.to() : slice.stateTo();
        Layout layout = ofParameters ? parameters : state;
        chunks.scan(in, to - from, (at, value) -> requireFinite(layout, from + at, value, place));
      } else {
        chunks.scan(in, (entry.end() - entry.begin()) / Float.BYTES, (at, value) -> {});
      }
    }
  }

  private static void requireFinite(Layout layout, long at, float value, String place)
      throws DamagedFileException {
    if (!Float.isFinite(value)) {
      String name =
          layout.entries().stream()
              .filter(entry -> entry.offset() <= at && at < entry.end())
              .map(Layout.Entry::name)
              .findFirst()
              .orElse("?");
      throw new DamagedFileException(
          place + ", entry " + name, "finite values", String.valueOf(value));
    }
  }

  private static void requireRanges(
      SafetensorsHeader.Contents header, SliceFile slice, String place)
      throws DamagedFileException {
    Map<String, String> expected =
        metadata(slice.from(), slice.to(), slice.stateFrom(), slice.stateTo());
    if (!header.metadata().equals(expected)) {
      throw new DamagedFileException(
          place, "the slice " + expected, "the slice " + header.metadata());
    }
  }

  private static Safetensors.Entry entry(
      Map<String, Safetensors.Entry> entries, String name, SliceFile slice, String place)
      throws DamagedFileException {
    boolean state = name.equals(STATE);
    int length = state ? slice.stateTo() - slice.stateFrom() : slice.to() - slice.from();
    var flat = Safetensors.Entry.kind(List.of(length));
    Safetensors.Entry entry = entries.get(name);
    if (entry == null || !entry.kind().equals(flat)) {
      throw new DamagedFileException(
          place + ", entry " + name, flat, entry == null ? "none" : entry.kind());
    }
    return entry;
  }

  private static void read(
      FileSystem fileSystem, Path directory, SliceFile slice, SliceContent into, FloatChunks chunks)
      throws IOException {
    String place = new Path(directory, slice.file().name()).toString();
    try (FSDataInputStream in = slice.file().open(fileSystem, directory)) {
      var header = SafetensorsHeader.read(in, slice.file().length(), place);
      requireRanges(header, slice, place);
      Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
      header.entries().forEach(entry -> entries.put(entry.name(), entry));
      for (Map.Entry<String, Span> wanted : tensors(into).entrySet()) {
        boolean state = wanted.getKey().equals(STATE);
        int from = state ? slice.stateFrom() : slice.from();
        int to = state ? slice.stateTo() : slice.to();
        Safetensors.Entry entry = entry(entries, wanted.getKey(), slice, place);
        copy(in, header.bytes() + entry.begin(), from, to, wanted.getValue(), chunks);
      }
    } catch (FSError e) {
      throw RunFiles.failure(new Path(place), "read", e);
    } catch (EOFException e) {
      throw new DamagedFileException(place, slice.file().length() + " bytes", "fewer");
    }
  }

  /** Copies what the tensor [from, to), at a place of the file, and the target have in common. */
  private static void copy(
      FSDataInputStream in, long begin, int from, int to, Span target, FloatChunks chunks)
      throws IOException {
    int first = Math.max(from, target.from());
    int end = Math.min(to, target.to());
    if (first < end) {
      in.seek(begin + (long) (first - from) * Float.BYTES);
      chunks.read(in, target.values(), target.at() + first - target.from(), end - first);
    }
  }

  private static Map<String, Span> tensors(SliceContent content) {
    Map<String, Span> tensors = new LinkedHashMap<>();
    tensors.put(PARAMETERS, content.parameters());
    for (Span moment : content.moments()) {
      tensors.put(MOMENT + (tensors.size() - 1), moment);
    }
    tensors.put(STATE, content.state());
    return tensors;
  }

  private static Map<String, String> metadata(int from, int to, int stateFrom, int stateTo) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("from", String.valueOf(from));
    metadata.put("to", String.valueOf(to));
    metadata.put("stateFrom", String.valueOf(stateFrom));
    metadata.put("stateTo", String.valueOf(stateTo));
    return metadata;
  }
}
