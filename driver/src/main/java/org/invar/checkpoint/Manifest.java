package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.invar.InvarException;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.invar.storage.SliceFile;
import org.invar.storage.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * The file that makes a checkpoint of some files: created last, it says what each must be.
 *
 * <p>It reads {@code {"sha256":"…","body":…}} and a newline, the hash being of the body's bytes as
 * they stand, so that it is checked before anything of it is parsed.
 *
 * @param name the checkpoint's
 * @param layout see {@link LayoutRecord}
 * @param position the caller's record
 * @param slices parameters, moments and state, by rank
 * @param kept the kept model; null without one
 * @param metrics the metrics' lines, in order
 */
record Manifest(
    CheckpointName name,
    JsonNode layout,
    JsonNode position,
    List<SliceFile> slices,
    @Nullable Kept kept,
    List<MetricsSegment> metrics) {
  private static final int FORMAT = 2;
  private static final String HEAD = "{\"sha256\":\"";
  private static final String MIDDLE = "\",\"body\":";
  private static final String TAIL = "}\n";

  /** What stands at the end and nowhere before: an indented body has no two braces in a row. */
  private static final String END = "\n}" + TAIL;

  private static final int HASH_DIGITS = 64;

  /** Returns the files that the checkpoint consists of, without the manifest, each once. */
  List<StoredFile> files() {
    Set<StoredFile> files = new LinkedHashSet<>();
    slices.forEach(slice -> files.add(slice.file()));
    if (kept != null) {
      kept.slices().forEach(slice -> files.add(slice.file()));
    }
    metrics.forEach(segment -> files.add(segment.file()));
    return List.copyOf(files);
  }

  /** Returns the file's bytes. */
  byte[] bytes() {
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("format", FORMAT)
            .put("step", name.step())
            .put("attempt", name.attempt());
    body.set("layout", layout);
    putSlices(body, slices);
    if (kept != null) {
      putSlices(body.putObject("kept").put("step", kept.step()), kept.slices());
    }
    ArrayNode segments = body.putArray("metrics");
    for (MetricsSegment segment : metrics) {
      segments.addObject().put("lines", segment.lines()).set("file", segment.file().toJson());
    }
    body.set("position", position);
    String text = Json.state(body);
    String hash = StoredFile.sha256(text.getBytes(StandardCharsets.UTF_8));
    return (HEAD + hash + MIDDLE + text + TAIL).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns the manifest that some bytes are.
   *
   * @param name the checkpoint that it must be of
   * @param place names the file in messages
   * @throws DamagedFileException when they are not what {@link #bytes} made
   * @throws InvarException when another version of Invar made them
   */
  static Manifest parse(byte[] bytes, CheckpointName name, String place) throws IOException {
    JsonNode body = body(bytes, place);
    if (body.path("format").asInt() != FORMAT) {
      throw InvarException.of(
          place,
          "a checkpoint of format " + FORMAT,
          "format " + body.path("format"),
          "Resume with the version of Invar that wrote it, or start anew with --overwrite.");
    }
    var found =
        new CheckpointName(body.required("step").longValue(), body.required("attempt").intValue());
    if (!found.equals(name)) {
      throw new DamagedFileException(place, "the manifest of " + name, "that of " + found);
    }
    JsonNode kept = body.path("kept");
    List<MetricsSegment> metrics = new ArrayList<>();
    for (JsonNode segment : body.required("metrics")) {
      metrics.add(
          new MetricsSegment(
              segment.required("lines").intValue(), StoredFile.fromJson(segment.required("file"))));
    }
    return new Manifest(
        name,
        body.required("layout"),
        body.required("position"),
        slices(body),
        kept.isMissingNode() ? null : new Kept(kept.required("step").longValue(), slices(kept)),
        metrics);
  }

  private static void putSlices(ObjectNode json, List<SliceFile> slices) {
    ArrayNode array = json.putArray("slices");
    slices.forEach(slice -> array.add(slice.toJson()));
  }

  private static List<SliceFile> slices(JsonNode json) {
    List<SliceFile> slices = new ArrayList<>();
    json.required("slices").forEach(slice -> slices.add(SliceFile.fromJson(slice)));
    return slices;
  }

  /** Returns whether the bytes are the beginning of a manifest whose writing was cut short. */
  static boolean cutShort(byte[] bytes) {
    int length = Math.min(bytes.length, HEAD.length());
    boolean begun = text(bytes, 0, length).equals(HEAD.substring(0, length));
    int end = bytes.length - END.length();
    return begun && (end < 0 || !text(bytes, end, bytes.length).equals(END));
  }

  private static JsonNode body(byte[] bytes, String place) throws IOException {
    int hashEnd = HEAD.length() + HASH_DIGITS;
    int bodyBegin = hashEnd + MIDDLE.length();
    int bodyEnd = bytes.length - TAIL.length();
    if (bodyEnd < bodyBegin
        || !text(bytes, 0, HEAD.length()).equals(HEAD)
        || !text(bytes, hashEnd, bodyBegin).equals(MIDDLE)
        || !text(bytes, bodyEnd, bytes.length).equals(TAIL)) {
      throw new DamagedFileException(
          place, "a whole manifest", bytes.length + " bytes that are none");
    }
    byte[] body = Arrays.copyOfRange(bytes, bodyBegin, bodyEnd);
    String expected = text(bytes, HEAD.length(), hashEnd);
    String hash = StoredFile.sha256(body);
    if (!hash.equals(expected)) {
      throw new DamagedFileException(
          place, "a body of SHA-256 " + expected, "one of SHA-256 " + hash);
    }
    return Json.MAPPER.readTree(body);
  }

  private static String text(byte[] bytes, int begin, int end) {
    return new String(bytes, begin, end - begin, StandardCharsets.UTF_8);
  }
}
