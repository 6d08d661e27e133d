package org.invar.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * A file with a part of a checkpoint's vectors: a worker's slice.
 *
 * @param from the first of its parameters, and of the elements of each moment
 * @param to the place behind the last; {@code from} without any
 * @param stateFrom the first of its elements of the network's state
 * @param stateTo the place behind the last; {@code stateFrom} without any
 * @param moments how many of the optimizer's vectors it has
 * @param file the file
 */
public record SliceFile(
    int from, int to, int stateFrom, int stateTo, int moments, StoredFile file) {
  /** Refuses ranges that are none. */
  public SliceFile {
    if (from < 0 || to < from || stateFrom < 0 || stateTo < stateFrom || moments < 0) {
      throw new IllegalArgumentException(
          "slice of parameters [%d, %d), state [%d, %d) and %d moments"
              .formatted(from, to, stateFrom, stateTo, moments));
    }
  }

  /**
   * Returns the name of a slice's file, for example {@code
   * step-0000000500-000.slice-0003-of-0016.safetensors}.
   *
   * @param prefix what the names of all slices begin with; the checkpoint gives it
   * @param rank the worker's, from 0
   * @param size the number of workers
   */
  public static String name(String prefix, int rank, int size) {
    return String.format(Locale.ROOT, "%s-%04d-of-%04d.safetensors", prefix, rank, size);
  }

  /** Returns the form that {@link #fromJson} reads. */
  public ObjectNode toJson() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("from", from)
            .put("to", to)
            .put("stateFrom", stateFrom)
            .put("stateTo", stateTo)
            .put("moments", moments);
    json.set("file", file.toJson());
    return json;
  }

  /**
   * Returns what {@link #toJson} wrote.
   *
   * @throws DamagedFileException when a key is missing or a range is none
   */
  public static SliceFile fromJson(JsonNode json) throws DamagedFileException {
    return Json.bind(json, SliceFile.class, "slice");
  }
}
