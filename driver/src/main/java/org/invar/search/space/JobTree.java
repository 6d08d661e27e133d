package org.invar.search.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.IntStream;
import org.invar.config.yaml.KeyPath;
import org.jspecify.annotations.Nullable;

/** All settings of a job, of which some are replaced. */
final class JobTree {
  private final ObjectNode above = JsonNodeFactory.instance.objectNode();

  /** Makes a copy of a job's tree. */
  JobTree(JsonNode job) {
    above.set("job", job.deepCopy());
  }

  /** Returns the tree. */
  JsonNode root() {
    return above.get("job");
  }

  /**
   * Replaces one value.
   *
   * @return whether the tree has what the key is in: a list with that element, a map
   */
  boolean set(KeyPath path, JsonNode value) {
    JsonNode parent = reach(path.parent());
    KeyPath.Step last = path.steps().get(path.steps().size() - 1);
    if (last instanceof KeyPath.Key key && parent instanceof ObjectNode map) {
      map.set(key.name(), value);
      return true;
    }
    if (last instanceof KeyPath.Index item
        && parent instanceof ArrayNode list
        && item.index() < list.size()) {
      list.set(item.index(), value);
      return true;
    }
    return false;
  }

  /** Repeats a block of a list's elements; returns whether the list has them. */
  boolean repeat(KeyPath first, int elements, int times) {
    KeyPath.Step last = first.steps().get(first.steps().size() - 1);
    if (!(last instanceof KeyPath.Index item)
        || !(reach(first.parent()) instanceof ArrayNode list)
        || (long) item.index() + elements > list.size()) {
      return false;
    }
    List<JsonNode> block =
        List.copyOf(IntStream.range(0, elements).mapToObj(i -> list.remove(item.index())).toList());
    for (int time = times - 1; time >= 0; time--) {
      for (int i = elements - 1; i >= 0; i--) {
        list.insert(item.index(), block.get(i).deepCopy());
      }
    }
    return true;
  }

  /**
   * Returns the value at a path, null where there is none; a name that stands alone, as in {@code
   * optimizer: adam}, becomes a map that has it as its key.
   */
  private @Nullable JsonNode reach(KeyPath path) {
    JsonNode node = root();
    for (int depth = 0; depth < path.steps().size(); depth++) {
      KeyPath.Step step = path.steps().get(depth);
      if (step instanceof KeyPath.Index item) {
        node = node.get(item.index());
      } else if (step instanceof KeyPath.Key key) {
        if (node.isTextual() && node.textValue().equals(key.name())) {
          ObjectNode map = JsonNodeFactory.instance.objectNode();
          map.putObject(key.name());
          if (depth == 0 || !set(path.first(depth), map)) {
            return null;
          }
          node = map;
        }
        node = node.get(key.name());
      }
      if (node == null) {
        return null;
      }
    }
    return node;
  }
}
