package org.invar.config.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** How messages speak of a value that was found. */
public final class Described {
  private static final int LENGTH = 60;
  private static final int KEYS = 6;

  private Described() {}

  /** Returns a short description: scalars by value, lists by length, maps by their keys. */
  public static String of(JsonNode node) {
    if (node.isTextual()) {
      String text = node.textValue();
      String shown = text.length() > LENGTH ? text.substring(0, LENGTH) + "…" : text;
      return "\"" + shown.replace("\n", "\\n") + "\"";
    }
    if (node.isArray()) {
      return "a list of " + node.size();
    }
    if (node.isObject()) {
      return node.isEmpty() ? "an empty map" : "a map with " + keys(node);
    }
    return node.isNull() ? "nothing" : node.asText();
  }

  /** Returns the keys of a map, the first ones of many. */
  public static String keys(JsonNode map) {
    List<String> keys = new ArrayList<>();
    map.fieldNames().forEachRemaining(keys::add);
    return keys.size() <= KEYS
        ? String.join(", ", keys)
        : String.join(", ", keys.subList(0, KEYS)) + ", …";
  }
}
