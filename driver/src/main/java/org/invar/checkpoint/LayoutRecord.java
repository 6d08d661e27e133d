package org.invar.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.invar.InvarException;
import org.invar.tensor.Layout;

/**
 * The layouts of a network as its checkpoints record them, {@code {"parameters": {"dense1.kernel":
 * [7, 5], …}, "state": {…}}}, since a slice does not show what its values are.
 */
final class LayoutRecord {
  private LayoutRecord() {}

  static JsonNode of(Layout parameters, Layout state) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("parameters", entries(parameters));
    json.set("state", entries(state));
    return json;
  }

  private static ObjectNode entries(Layout layout) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (Layout.Entry entry : layout.entries()) {
      ArrayNode shape = json.putArray(entry.name());
      entry.shape().dimensions().forEach(shape::add);
    }
    return json;
  }

  /**
   * Refuses a checkpoint of another network.
   *
   * @param expected of this run's network
   * @param found of the checkpoint
   * @param place names the checkpoint in messages
   * @throws InvarException naming the first entry that differs
   */
  static void requireSame(JsonNode expected, JsonNode found, String place) {
    for (Map.Entry<String, JsonNode> vector : expected.properties()) {
      List<String> here = texts(vector.getValue());
      List<String> there = texts(found.path(vector.getKey()));
      for (int i = 0; i < Math.max(here.size(), there.size()); i++) {
        String expectedEntry = i < here.size() ? here.get(i) : "no more";
        String foundEntry = i < there.size() ? there.get(i) : "no more";
        if (!expectedEntry.equals(foundEntry)) {
          throw InvarException.of(
              place + ", entry " + (i + 1) + " of the " + vector.getKey(),
              expectedEntry,
              foundEntry,
              "The checkpoint is of another network: resume with the job that wrote it, or start"
                  + " again with --overwrite.");
        }
      }
    }
  }

  private static List<String> texts(JsonNode entries) {
    return entries.properties().stream()
        .map(entry -> entry.getKey() + " " + dimensions(entry.getValue()))
        .toList();
  }

  private static String dimensions(JsonNode shape) {
    return shape.isEmpty()
        ? "scalar"
        : StreamSupport.stream(shape.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining("×"));
  }
}
