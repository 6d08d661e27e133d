package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
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
 * The file that makes a checkpoint of some files: created last, it says what each must be; see
 * {@link HashedJson}.
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

  /** What the file has, whose {@code kept} may be missing. */
  private record Body(
      int format,
      long step,
      int attempt,
      JsonNode layout,
      List<SliceFile> slices,
      @Nullable Kept kept,
      List<MetricsSegment> metrics,
      JsonNode position) {}

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
    return HashedJson.bytes(body);
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
    JsonNode json = HashedJson.body(bytes, "manifest", place);
    if (json.path("format").asInt() != FORMAT) {
      throw InvarException.of(
          place,
          "a checkpoint of format " + FORMAT,
          "format " + json.path("format"),
          "Resume with the version of Invar that wrote it, or start anew with --overwrite.");
    }
    ObjectNode whole = ((ObjectNode) json).deepCopy();
    whole.putIfAbsent("kept", NullNode.getInstance());
    Body body = Json.bind(whole, Body.class, place);
    var found = new CheckpointName(body.step, body.attempt);
    if (!found.equals(name)) {
      throw new DamagedFileException(place, "the manifest of " + name, "that of " + found);
    }
    if (body.kept != null && body.kept.step() > body.step) {
      throw new DamagedFileException(
          place, "a kept model of an earlier step", "one of step " + body.kept.step());
    }
    return new Manifest(name, body.layout, body.position, body.slices, body.kept, body.metrics);
  }

  private static void putSlices(ObjectNode json, List<SliceFile> slices) {
    ArrayNode array = json.putArray("slices");
    slices.forEach(slice -> array.add(slice.toJson()));
  }
}
