package org.invar.config.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a value is in a document: {@code model.layers[2].dense}, or {@code options["spark.sql.x"]}
 * where a key has dots, brackets, quotes, blanks or an equals sign.
 *
 * @param steps from the root inwards; none is the root itself
 */
public record KeyPath(List<Step> steps) {
  /** The whole document. */
  public static final KeyPath ROOT = new KeyPath(List.of());

  private static final Pattern PLAIN = Pattern.compile("[^.\\[\\]\"\\s=]+");
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\G(?:(?:^|\\.)(?<key>[^.\\[\\]\"\\s=]+)"
              + "|\\[(?<index>\\d{1,9})]"
              + "|\\[\"(?<quoted>(?:[^\"\\\\]|\\\\.)*)\"])");

  /** Takes an unmodifiable copy. */
  public KeyPath {
    steps = List.copyOf(steps);
  }

  /** One step inwards. */
  public sealed interface Step {}

  /** The value of a key. */
  public record Key(String name) implements Step {}

  /** An element of a list, counted from 0. */
  public record Index(int index) implements Step {}

  /** Returns the path that the text spells; throws IllegalArgumentException for any other text. */
  public static KeyPath parse(String text) {
    List<Step> steps = new ArrayList<>();
    Matcher token = TOKEN.matcher(text);
    int end = 0;
    while (token.find()) {
      if (token.group("key") != null) {
        steps.add(new Key(token.group("key")));
      } else if (token.group("index") != null) {
        steps.add(new Index(Integer.parseInt(token.group("index"))));
      } else {
        steps.add(new Key(token.group("quoted").replaceAll("\\\\(.)", "$1")));
      }
      end = token.end();
    }
    if (end < text.length() || steps.isEmpty()) {
      throw new IllegalArgumentException("\"" + text + "\" is not a key such as train.epochs");
    }
    return new KeyPath(steps);
  }

  /** Returns the path of a key's value in this one. */
  public KeyPath key(String name) {
    return then(new Key(name));
  }

  /** Returns the path of an element of this one, counted from 0. */
  public KeyPath item(int index) {
    return then(new Index(index));
  }

  /** Returns the path one step further inwards. */
  public KeyPath then(Step step) {
    List<Step> longer = new ArrayList<>(steps);
    longer.add(step);
    return new KeyPath(longer);
  }

  boolean isRoot() {
    return steps.isEmpty();
  }

  /** Returns the path of what the value is in. */
  public KeyPath parent() {
    return first(steps.size() - 1);
  }

  /** Returns the path of the first steps. */
  public KeyPath first(int count) {
    return new KeyPath(steps.subList(0, count));
  }

  /** Returns whether the value is the other one or inside of it. */
  public boolean startsWith(KeyPath other) {
    return steps.size() >= other.steps.size()
        && steps.subList(0, other.steps.size()).equals(other.steps);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      if (step instanceof Index item) {
        text.append('[').append(item.index()).append(']');
      } else if (step instanceof Key key && PLAIN.matcher(key.name()).matches()) {
        text.append(text.isEmpty() ? "" : ".").append(key.name());
      } else if (step instanceof Key key) {
        String escaped = key.name().replace("\\", "\\\\").replace("\"", "\\\"");
        text.append("[\"").append(escaped).append("\"]");
      }
    }
    return text.toString();
  }
}
