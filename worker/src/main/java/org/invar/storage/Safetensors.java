package org.invar.storage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.tensor.Layout;

/**
 * Flat float32 vectors as safetensors files, which every deep-learning library reads.
 *
 * <p>A file is a header length (8 bytes, little-endian), a JSON header that names each tensor's
 * dtype, shape and place, and the tensors' bytes (<a
 * href="https://huggingface.co/docs/safetensors">format</a>). The same groups give the same bytes,
 * whenever and wherever: entries in the layouts' order, the header padded with spaces to a multiple
 * of 8 bytes. NaNs keep their bits.
 */
public final class Safetensors {
  private static final String FLOAT32 = "F32";

  private Safetensors() {}

  /**
   * A flat vector whose entries are tensors of a file.
   *
   * @param prefix put before each entry's name, so that vectors of one layout can share a file; may
   *     be empty
   * @param layout the entries
   * @param values {@code layout.length()} values; read into or written from
   */
  @SuppressWarnings("ArrayRecordComponent") // Copies of gigabytes would buy nothing.
  public record Group(String prefix, Layout layout, float[] values) {
    /** Refuses a vector that does not fit its layout. */
    public Group {
      if (values.length != layout.length()) {
        throw new IllegalArgumentException(
            "a vector of length " + values.length + " does not fit a layout of " + layout.length());
      }
    }

    /** Returns a group to read into. */
    public static Group zeros(String prefix, Layout layout) {
      return new Group(prefix, layout, new float[layout.length()]);
    }
  }

  /**
   * A tensor of a file.
   *
   * @param name unique within the file
   * @param dtype as the format names it, for example {@code F32}
   * @param shape its dimensions, each at least 0; none for a scalar
   * @param begin its first byte, counted from the header's end
   * @param end the first byte behind it
   */
  public record Entry(String name, String dtype, List<Long> shape, long begin, long end) {
    /** Returns for example {@code F32 5×5×1×6} or {@code F32 scalar}. */
    String kind() {
      return kind(dtype, shape);
    }

    /** Returns the kind of an F32 tensor of the given dimensions. */
    static String kind(List<? extends Number> shape) {
      return kind(FLOAT32, shape);
    }

    private static String kind(String dtype, List<? extends Number> shape) {
      String dimensions = shape.stream().map(String::valueOf).collect(Collectors.joining("×"));
      return dtype + " " + (shape.isEmpty() ? "scalar" : dimensions);
    }
  }

  private record Target(Group group, Layout.Entry entry) {
    String kind() {
      return Entry.kind(entry.shape().dimensions());
    }

    Tensor tensor(String name) {
      List<Long> shape = LongStream.of(entry.shape().toArray()).boxed().toList();
      return new Tensor(name, shape, Span.within(group.values, entry.offset(), entry.end()));
    }
  }

  /**
   * A tensor to write.
   *
   * @param name unique within the file
   * @param shape its dimensions, whose product is the number of values
   * @param values row-major
   */
  record Tensor(String name, List<Long> shape, Span values) {
    /** Returns a tensor of one dimension. */
    static Tensor flat(String name, Span values) {
      return new Tensor(name, List.of((long) values.length()), values);
    }
  }

  /**
   * Writes a file of the groups' entries, group by group in their layouts' order.
   *
   * @throws IllegalArgumentException when two entries have the same name
   */
  public static void write(OutputStream out, List<Group> groups) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    targets(groups).forEach((name, target) -> tensors.add(target.tensor(name)));
    write(out, Map.of(), tensors);
  }

  /** Writes a file of tensors in their order, with metadata unless that is empty. */
  static void write(OutputStream out, Map<String, String> metadata, List<Tensor> tensors)
      throws IOException {
    byte[] header = header(metadata, tensors);
    ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(prefix.putLong(header.length).array());
    out.write(header);
    var chunks = new FloatChunks();
    for (Tensor tensor : tensors) {
      Span values = tensor.values;
      chunks.write(out, values.values(), values.at(), values.length());
    }
  }

  /**
   * Reads a file into the groups' vectors.
   *
   * <p>The file must hold exactly the groups' entries, in any order, as F32 of the layouts' shapes.
   *
   * @throws InvarException naming the entry, what was expected and what was found, or what is wrong
   *     with the file; the vectors are then undefined
   */
  public static void read(FileSystem fileSystem, Path file, List<Group> groups) throws IOException {
    long length = fileSystem.getFileStatus(file).getLen();
    try (FSDataInputStream in = fileSystem.open(file)) {
      read(in, length, file.toString(), groups);
    }
  }

  /**
   * Returns the tensors of a file by rising place in it.
   *
   * @throws InvarException when the file is not a sound safetensors file; the tensors' values are
   *     not looked at
   */
  public static List<Entry> entries(FileSystem fileSystem, Path file) throws IOException {
    long length = fileSystem.getFileStatus(file).getLen();
    try (FSDataInputStream in = fileSystem.open(file)) {
      return SafetensorsHeader.read(in, length, file.toString()).entries();
    }
  }

  /** Reads a file of {@code length} bytes, at {@code place}, into the groups' vectors. */
  public static void read(InputStream in, long length, String place, List<Group> groups)
      throws IOException {
    List<Entry> entries = SafetensorsHeader.read(in, length, place).entries();
    Map<String, Target> targets = targets(groups);
    check(entries, targets, place);
    var chunks = new FloatChunks();
    for (Entry entry : entries) {
      Target target = Objects.requireNonNull(targets.get(entry.name), entry.name);
      int offset = target.entry.offset();
      try {
        chunks.read(in, target.group.values, offset, target.entry.end() - offset);
      } catch (EOFException e) {
        throw SafetensorsHeader.refuse(
            place, length + " bytes", "an end inside entry " + entry.name);
      }
    }
  }

  private static void check(List<Entry> entries, Map<String, Target> targets, String place) {
    Map<String, Entry> found = new LinkedHashMap<>();
    entries.forEach(entry -> found.put(entry.name, entry));
    targets.forEach(
        (name, target) -> {
          Entry entry = found.get(name);
          if (entry == null) {
            throw mismatch(place, name, target.kind(), "no entry of that name");
          }
          if (!entry.kind().equals(target.kind())) {
            throw mismatch(place, name, target.kind(), entry.kind());
          }
        });
    for (Entry entry : entries) {
      if (!targets.containsKey(entry.name)) {
        throw mismatch(place, entry.name, "no entry of that name", entry.kind());
      }
    }
  }

  private static InvarException mismatch(
      String place, String entry, String expected, String found) {
    return InvarException.of(
        place + ", entry " + entry,
        expected,
        found,
        "The file belongs to another network: give the architecture that it was written with.");
  }

  private static Map<String, Target> targets(List<Group> groups) {
    Map<String, Target> targets = new LinkedHashMap<>();
    for (Group group : groups) {
      for (Layout.Entry entry : group.layout.entries()) {
        String name = group.prefix + entry.name();
        if (name.equals(SafetensorsHeader.METADATA)
            || targets.put(name, new Target(group, entry)) != null) {
          throw new IllegalArgumentException(
              "two entries of a file are named " + name + ", or the format reserves the name");
        }
      }
    }
    return targets;
  }

  private static byte[] header(Map<String, String> metadata, List<Tensor> tensors) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    if (!metadata.isEmpty()) {
      ObjectNode named = header.putObject(SafetensorsHeader.METADATA);
      metadata.forEach(named::put);
    }
    long begin = 0;
    for (Tensor tensor : tensors) {
      long end = begin + tensor.values.length() * (long) Float.BYTES;
      header
          .putObject(tensor.name)
          .put("dtype", FLOAT32)
          .<ObjectNode>set("shape", array(tensor.shape))
          .set("data_offsets", array(List.of(begin, end)));
      begin = end;
    }
    byte[] text = Json.line(header).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(text, (text.length + 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }

  private static ArrayNode array(List<Long> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(array::add);
    return array;
  }
}
