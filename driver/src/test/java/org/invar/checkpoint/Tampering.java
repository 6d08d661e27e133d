package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.io.FileUtils;
import org.invar.storage.Json;
import org.invar.storage.StoredFile;

/** What somebody else could make of the files of a model, a run or a search. */
public final class Tampering {
  /** A change of one value. */
  public record Change(String where, JsonNode tree) {}

  private Tampering() {}

  public static Path copy(Path from, Path to) throws IOException {
    FileUtils.deleteDirectory(to.toFile());
    FileUtils.copyDirectory(from.toFile(), to.toFile());
    return to;
  }

  public static JsonNode read(Path file) throws IOException {
    return Json.MAPPER.readTree(Files.readAllBytes(file));
  }

  /** Changes a file of JSON. */
  public static void edit(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode tree = (ObjectNode) read(file);
    change.accept(tree);
    Files.write(file, Json.text(tree));
  }

  /** Changes the body of a file with a hash, which then is that of the new body. */
  public static void editHashed(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode body = (ObjectNode) read(file).get("body");
    change.accept(body);
    Files.write(file, HashedJson.bytes(body));
  }

  /** Writes the length and hash that a file of a model now has into {@code model.json}. */
  public static void reseal(Path model, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(model.resolve(name));
    edit(
        model.resolve("model.json"),
        tree -> {
          for (JsonNode file : tree.get("files")) {
            if (file.get("name").asText().equals(name)) {
              ((ObjectNode) file).put("length", bytes.length);
              ((ObjectNode) file).put("sha256", StoredFile.sha256(bytes));
            }
          }
        });
  }

  /**
   * Returns trees of which one value is left out, null, negative or of another kind; of a list only
   * the first element is changed, for the others are read in the same way.
   */
  public static List<Change> changes(JsonNode tree) {
    List<Change> changes = new ArrayList<>();
    if (tree instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      for (String key : keys) {
        changes.add(new Change("no " + key, object.deepCopy().without(key)));
        for (Change inner : values(object.get(key))) {
          changes.add(new Change(key + inner.where(), object.deepCopy().set(key, inner.tree())));
        }
      }
    } else if (tree instanceof ArrayNode array && !array.isEmpty()) {
      for (Change inner : values(array.get(0))) {
        ArrayNode changed = array.deepCopy();
        changed.set(0, inner.tree());
        changes.add(new Change("[0]" + inner.where(), changed));
      }
    }
    return changes;
  }

  private static List<Change> values(JsonNode value) {
    var nodes = Json.MAPPER.getNodeFactory();
    List<Change> changes = new ArrayList<>();
    changes.add(new Change(": null", nodes.nullNode()));
    changes.add(
        new Change(": other kind", value.isTextual() ? nodes.arrayNode() : nodes.textNode("x")));
    if (value.isIntegralNumber()) {
      changes.add(new Change(": negative", nodes.numberNode(-5)));
    }
    changes(value).forEach(inner -> changes.add(new Change("." + inner.where(), inner.tree())));
    return changes;
  }

  /** Returns the first file of a folder whose name ends so. */
  public static Path file(Path folder, String ending) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(ending))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }
}
