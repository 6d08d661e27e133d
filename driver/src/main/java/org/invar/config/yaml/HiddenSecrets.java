package org.invar.config.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.invar.Secrets;

/**
 * Settings as they may be written down: of passwords, tokens and keys among the options of sources,
 * and of those in addresses, only {@value Secrets#HIDDEN} is left.
 */
public final class HiddenSecrets {
  /** The key of what a source takes beside its path. */
  public static final String OPTIONS = "options";

  private HiddenSecrets() {}

  /** Returns a copy of a tree of settings without its secrets. */
  public static JsonNode in(JsonNode tree) {
    return hidden(tree.deepCopy());
  }

  private static JsonNode hidden(JsonNode node) {
    if (node instanceof ObjectNode map) {
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        entry.setValue(hidden(entry.getValue()));
        if (entry.getKey().equals(OPTIONS) && entry.getValue() instanceof ObjectNode options) {
          options.properties().stream()
              .filter(option -> Secrets.isNamed(option.getKey()))
              .forEach(option -> option.setValue(TextNode.valueOf(Secrets.HIDDEN)));
        }
      }
    } else if (node instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        list.set(i, hidden(list.get(i)));
      }
    }
    return node.isTextual() ? TextNode.valueOf(Secrets.hidden(node.textValue())) : node;
  }

  /**
   * Returns the keys of a tree whose secrets are hidden, such as {@code
   * data.train.options.password}.
   *
   * @param path the tree's own
   */
  public static List<String> keys(JsonNode tree, KeyPath path) {
    List<String> found = new ArrayList<>();
    if (tree.isTextual() && tree.textValue().contains(Secrets.HIDDEN)) {
      found.add(path.toString());
    }
    for (int i = 0; tree.isArray() && i < tree.size(); i++) {
      found.addAll(keys(tree.get(i), path.item(i)));
    }
    tree.properties().forEach(each -> found.addAll(keys(each.getValue(), path.key(each.getKey()))));
    return found;
  }
}
