package org.invar.storage;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;

/** The header of a safetensors file, read without trusting any of it. */
final class SafetensorsHeader {
  /** The one key of a header that is no tensor: a map from text to text. */
  static final String METADATA = "__metadata__";

  /** Of some hundred thousand tensors; the tree of what the format allows would fill the heap. */
  private static final long MAX_BYTES = 16 << 20;

  private static final Map<String, Integer> DTYPE_BYTES =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("F8_E5M2", 1),
          Map.entry("F8_E4M3", 1),
          Map.entry("F8_E8M0", 1),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F32", 4),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F64", 8),
          Map.entry("C64", 8));

  /**
   * What a header says.
   *
   * @param entries by rising begin; they cover the rest of the file without gap or overlap
   * @param metadata in the header's order; values that are not text are left out
   * @param bytes where the first tensor begins in the file
   */
  record Contents(List<Safetensors.Entry> entries, Map<String, String> metadata, long bytes) {}

  private final String place;

  private SafetensorsHeader(String place) {
    this.place = place;
  }

  /**
   * Reads the header, so that the stream stands at the first tensor.
   *
   * @param length the whole file's, in bytes
   * @param place names the file in messages
   */
  static Contents read(InputStream in, long length, String place) throws IOException {
    return new SafetensorsHeader(place).read(in, length);
  }

  /** Returns the refusal of a file that is not what the format prescribes. */
  static InvarException refuse(String place, String expected, String found) {
    return InvarException.of(
        place,
        expected,
        found,
        "The file is damaged or not a safetensors file: take another copy of it.");
  }

  private Contents read(InputStream in, long length) throws IOException {
    byte[] prefix = in.readNBytes(Long.BYTES);
    if (prefix.length < Long.BYTES) {
      throw refuse("a header length of 8 bytes", prefix.length + " bytes");
    }
    long headerBytes = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerBytes < 0 || headerBytes > MAX_BYTES) {
      throw refuse(
          "a header of at most " + MAX_BYTES + " bytes",
          "a header length of " + Long.toUnsignedString(headerBytes));
    }
    long dataBytes = length - Long.BYTES - headerBytes;
    byte[] text = dataBytes < 0 ? new byte[0] : in.readNBytes((int) headerBytes);
    if (dataBytes < 0 || text.length < headerBytes) {
      throw refuse("a header of " + headerBytes + " bytes", "a file of " + length + " bytes");
    }
    JsonNode header = parse(text);
    List<Safetensors.Entry> entries = entries(header);
    entries.sort(
        Comparator.comparingLong(Safetensors.Entry::begin)
            .thenComparingLong(Safetensors.Entry::end)
            .thenComparing(Safetensors.Entry::name));
    long end = 0;
    for (Safetensors.Entry entry : entries) {
      if (entry.begin() != end) {
        throw refuseEntry(
            entry.name(),
            "its bytes to begin at " + end + ", where those before it end",
            "a begin at " + entry.begin());
      }
      end = entry.end();
    }
    if (end != dataBytes) {
      throw refuse(end + " bytes of tensors behind the header", dataBytes + " bytes");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> named : header.path(METADATA).properties()) {
      if (named.getValue().isTextual()) {
        metadata.put(named.getKey(), named.getValue().textValue());
      }
    }
    return new Contents(entries, metadata, Long.BYTES + headerBytes);
  }

  private JsonNode parse(byte[] text) throws IOException {
    JsonNode header;
    try {
      header = Json.MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw refuse("a JSON header", "text that is not JSON (" + e.getOriginalMessage() + ")");
    }
    if (!header.isObject()) {
      throw refuse("a header that is a JSON object", "a " + header.getNodeType());
    }
    return header;
  }

  private List<Safetensors.Entry> entries(JsonNode header) {
    List<Safetensors.Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> named : header.properties()) {
      if (!named.getKey().equals(METADATA)) {
        entries.add(entry(named.getKey(), named.getValue()));
      }
    }
    return entries;
  }

  private Safetensors.Entry entry(String name, JsonNode json) {
    String dtype = json.path("dtype").asText();
    Integer bytesPerValue = DTYPE_BYTES.get(dtype);
    if (bytesPerValue == null) {
      throw refuseEntry(name, "one of the dtypes that the format has", "dtype \"" + dtype + "\"");
    }
    List<Long> shape = longs(name, "shape", json.path("shape"));
    List<Long> offsets = longs(name, "data_offsets", json.path("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw refuseEntry(name, "data_offsets of a begin and an end", offsets.toString());
    }
    var entry = new Safetensors.Entry(name, dtype, shape, offsets.get(0), offsets.get(1));
    long bytes = bytesPerValue;
    try {
      for (long dimension : shape) {
        bytes = Math.multiplyExact(bytes, dimension);
      }
    } catch (ArithmeticException e) {
      throw refuseEntry(name, "a tensor below 2^63 bytes", entry.kind());
    }
    if (entry.end() - entry.begin() != bytes) {
      throw refuseEntry(
          name,
          bytes + " bytes for " + entry.kind(),
          entry.end() - entry.begin() + " bytes (data_offsets " + offsets + ")");
    }
    return entry;
  }

  private List<Long> longs(String entry, String key, JsonNode json) {
    List<Long> values = new ArrayList<>();
    boolean sound = json.isArray();
    for (JsonNode value : json) {
      sound &= value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0;
      values.add(value.longValue());
    }
    if (!sound) {
      throw refuseEntry(
          entry,
          key + " as an array of whole numbers from 0",
          json.isMissingNode() ? "none" : Json.line(json));
    }
    return values;
  }

  private InvarException refuse(String expected, String found) {
    return refuse(place, expected, found);
  }

  private InvarException refuseEntry(String entry, String expected, String found) {
    return refuse(place + ", entry " + entry, expected, found);
  }
}
