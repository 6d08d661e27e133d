package org.invar.config.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** YAML that a person reads: one key a line, short lists of scalars in brackets. */
public final class YamlText {
  private static final int FLOW_LENGTH = 72;
  private static final Pattern UNQUOTED = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./@+-]*");

  /** What readers of YAML 1.1 take for a boolean. */
  private static final Set<String> BOOLEANS = Set.of("y", "n", "yes", "no", "on", "off");

  private YamlText() {}

  /**
   * Returns the text of a tree, from which {@link YamlDocument#parse(String, String)} makes an
   * equal tree, whatever the environment.
   */
  public static String render(JsonNode tree) {
    return String.join("\n", lines(tree)) + "\n";
  }

  private static List<String> lines(JsonNode node) {
    if (node.isValueNode() || node.isEmpty() || isFlow(node)) {
      return List.of(inline(node));
    }
    List<String> lines = new ArrayList<>();
    if (node.isArray()) {
      for (JsonNode element : node) {
        nest(lines, "- ", lines(element));
      }
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = text(entry.getKey(), entry.getKey()) + ":";
      JsonNode value = entry.getValue();
      if (value.isValueNode() || value.isEmpty() || isFlow(value)) {
        lines.add(key + " " + inline(value));
      } else {
        lines.add(key);
        nest(lines, "  ", lines(value));
      }
    }
    return lines;
  }

  private static void nest(List<String> lines, String first, List<String> inner) {
    for (int i = 0; i < inner.size(); i++) {
      lines.add((i == 0 ? first : "  ") + inner.get(i));
    }
  }

  private static boolean isFlow(JsonNode node) {
    if (!node.isArray()) {
      return false;
    }
    for (JsonNode element : node) {
      if (!element.isValueNode()) {
        return false;
      }
    }
    return inline(node).length() <= FLOW_LENGTH;
  }

  private static String inline(JsonNode node) {
    if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(element -> elements.add(inline(element)));
      return "[" + String.join(", ", elements) + "]";
    }
    if (node.isObject()) {
      return "{}";
    }
    if (node.isTextual()) {
      return text(node.textValue(), node.textValue().replace("${", "$${"));
    }
    return node.isFloatingPointNumber() ? number(node.doubleValue()) : node.asText();
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return ".nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? ".inf" : "-.inf";
    }
    String text = Double.toString(value);
    return text.contains("E-") ? text.replace("E", "e") : text.replace("E", "e+");
  }

  private static String text(String value, String escaped) {
    boolean plain =
        UNQUOTED.matcher(value).matches()
            && Scalars.isText(value)
            && !BOOLEANS.contains(value.toLowerCase(Locale.ROOT));
    return plain ? value : quoted(escaped);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            point -> {
              if (point == '"' || point == '\\') {
                quoted.append('\\').appendCodePoint(point);
              } else if (point == '\n') {
                quoted.append("\\n");
              } else if (point == '\t') {
                quoted.append("\\t");
              } else if ((point >= ' ' && point <= '~') || isLetter(point)) {
                quoted.appendCodePoint(point);
              } else {
                quoted.append(
                    String.format(Locale.ROOT, point > 0xFFFF ? "\\U%08X" : "\\u%04X", point));
              }
            });
    return quoted.append('"').toString();
  }

  private static boolean isLetter(int point) {
    return point <= 0xFFFF && Character.isLetterOrDigit(point);
  }
}
