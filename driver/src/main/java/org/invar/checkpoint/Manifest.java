package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.invar.InvarException;
import org.invar.storage.DamagedFileException;
import org.invar.storage.Json;
import org.invar.storage.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * The file that makes a checkpoint of some files: created last, it says what each must be.
 *
 * <p>It reads {@code {"sha256":"…","body":…}} and a newline, the hash being of the body's bytes as
 * they stand, so that it is checked before anything of it is parsed.
 *
 * @param name the checkpoint's
 * @param position the caller's record
 * @param weights the file of parameters and state
 * @param moments the file of the optimizer's vectors
 * @param momentCount how many those are
 * @param metrics the file of metric lines
 * @param best the best model; null without one
 */
record Manifest(
    CheckpointName name,
    JsonNode position,
    StoredFile weights,
    StoredFile moments,
    int momentCount,
    StoredFile metrics,
    @Nullable BestFile best) {
  private static final int FORMAT = 1;
  private static final String HEAD = "{\"sha256\":\"";
  private static final String MIDDLE = "\",\"body\":";
  private static final String TAIL = "}\n";
  private static final int HASH_DIGITS = 64;

  /**
   * The file of the best model, which may belong to an earlier checkpoint.
   *
   * @param step the steps after which it was best
   * @param file parameters and state
   */
  record BestFile(long step, StoredFile file) {}

  /** Returns the files that the checkpoint consists of, without the manifest. */
  List<StoredFile> files() {
    return Stream.concat(
            Stream.of(weights, moments, metrics),
            best == null ? Stream.empty() : Stream.of(best.file))
        .distinct()
        .toList();
  }

  /** Returns the file's bytes. */
  byte[] bytes() {
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("format", FORMAT)
            .put("step", name.step())
            .put("attempt", name.attempt())
            .put("momentCount", momentCount);
    body.set("weights", weights.toJson());
    body.set("moments", moments.toJson());
    body.set("metrics", metrics.toJson());
    if (best != null) {
      body.putObject("best").put("step", best.step).set("file", best.file.toJson());
    }
    body.set("position", position);
    String text = new String(Json.text(body), StandardCharsets.UTF_8).stripTrailing();
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
    JsonNode best = body.path("best");
    return new Manifest(
        name,
        body.required("position"),
        StoredFile.fromJson(body.required("weights")),
        StoredFile.fromJson(body.required("moments")),
        body.required("momentCount").intValue(),
        StoredFile.fromJson(body.required("metrics")),
        best.isMissingNode()
            ? null
            : new BestFile(
                best.required("step").longValue(), StoredFile.fromJson(best.required("file"))));
  }

  /** Returns whether the bytes are the beginning of a manifest whose writing was cut short. */
  static boolean cutShort(byte[] bytes) {
    int length = Math.min(bytes.length, HEAD.length());
    boolean begun = text(bytes, 0, length).equals(HEAD.substring(0, length));
    int tail = bytes.length - TAIL.length();
    return begun && (tail < 0 || !text(bytes, tail, bytes.length).equals(TAIL));
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
