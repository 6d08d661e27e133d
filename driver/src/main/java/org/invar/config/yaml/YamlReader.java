package org.invar.config.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * One reading of YAML text into a tree and the marks of its values.
 *
 * <p>SnakeYAML's part ends at its nodes, so no text can make it construct a Java object.
 */
final class YamlReader {
  /** Aliases can make a small text stand for a huge tree; no job has as many values as this. */
  private static final int MAX_VALUES = 100_000;

  private static final int MAX_DEPTH = 60;
  private static final int FOUND_LENGTH = 40;
  private static final Tag PLAIN = new Tag("tag:invar.org,2026:plain");
  private static final Set<Tag> SCALAR_TAGS = Set.of(Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

  /** Leaves the meaning of unquoted scalars to us, since SnakeYAML's is that of YAML 1.1. */
  private static final class PlainResolver extends Resolver {
    @Override
    public Tag resolve(NodeId kind, @Nullable String value, boolean implicit) {
      return kind == NodeId.scalar && implicit ? PLAIN : super.resolve(kind, value, implicit);
    }
  }

  private final IntFunction<Mark> places;
  private final UnaryOperator<String> variables;
  private final Map<KeyPath, Mark> marks = new HashMap<>();
  private final Problems problems = new Problems();
  private int values;

  /**
   * Makes a reader for one text.
   *
   * @param places the mark of a line, counted from 1
   * @param variables what becomes of text in which variables may stand
   */
  YamlReader(IntFunction<Mark> places, UnaryOperator<String> variables) {
    this.places = places;
    this.variables = variables;
  }

  /** Returns the tree of the text, whose root is at {@code path}; null is what no text means. */
  JsonNode read(String text, KeyPath path) {
    Node node = compose(text.startsWith("\uFEFF") ? text.substring(1) : text);
    mark(path, places.apply(node == null ? 1 : line(node)));
    JsonNode tree = node == null ? NullNode.getInstance() : convert(node, path, 0);
    problems.throwIfAny();
    return tree;
  }

  Map<KeyPath, Mark> marks() {
    return marks;
  }

  private @Nullable Node compose(String text) {
    LoaderOptions options = new LoaderOptions();
    try {
      return new Composer(
              new ParserImpl(new StreamReader(text), options), new PlainResolver(), options)
          .getSingleNode();
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      String context = e.getContext() == null ? "" : e.getContext() + ": ";
      throw new InvarException(
          places.apply(line).place() + ": expected YAML, found " + context + e.getProblem() + ".",
          e);
    } catch (YAMLException e) {
      throw new InvarException(
          places.apply(1).place() + ": expected YAML, found " + e.getMessage() + ".", e);
    }
  }

  private JsonNode convert(Node node, KeyPath path, int depth) {
    if (++values > MAX_VALUES || depth > MAX_DEPTH) {
      throw InvarException.of(
          at(path, line(node)),
          "at most " + MAX_VALUES + " values, nested at most " + MAX_DEPTH + " deep",
          "more",
          "An alias (*name) may refer to itself or multiply what it repeats.");
    }
    if (node instanceof MappingNode map && map.getTag().equals(Tag.MAP)) {
      return map(map, path, depth);
    }
    if (node instanceof SequenceNode list && list.getTag().equals(Tag.SEQ)) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (Node element : list.getValue()) {
        KeyPath item = path.item(array.size());
        mark(item, places.apply(line(element)));
        array.add(convert(element, item, depth + 1));
      }
      return array;
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar, path);
    }
    return refuseTag(node, path);
  }

  private JsonNode map(MappingNode map, KeyPath path, int depth) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    Map<String, Integer> lines = new HashMap<>();
    for (NodeTuple entry : map.getValue()) {
      int line = line(entry.getKeyNode());
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        problems.add(line, at(path, line), "a key", "a list or a map as a key", "");
        continue;
      }
      String name = key.getValue();
      KeyPath inner = path.key(name);
      Integer earlier = lines.putIfAbsent(name, line);
      if (earlier != null) {
        problems.add(
            line,
            at(inner, line),
            "each key once",
            "it a second time, after line " + earlier,
            "Remove one of the two.");
        continue;
      }
      mark(inner, places.apply(line));
      object.set(name, convert(entry.getValueNode(), inner, depth + 1));
    }
    return object;
  }

  private JsonNode scalar(ScalarNode scalar, KeyPath path) {
    int line = line(scalar);
    boolean plain = scalar.getTag().equals(PLAIN);
    try {
      String text = variables.apply(scalar.getValue());
      if (scalar.getTag().equals(Tag.STR)) {
        return TextNode.valueOf(text);
      }
      JsonNode value = Scalars.resolve(text);
      if (!plain && (!SCALAR_TAGS.contains(scalar.getTag()) || value.isTextual())) {
        return refuseTag(scalar, path);
      }
      if (value.isNumber() || value.isBoolean()) {
        Mark mark = marks.getOrDefault(path, places.apply(line));
        mark(path, new Mark(mark.place(), mark.line(), text));
      }
      return value;
    } catch (IllegalArgumentException e) {
      problems.add(line, at(path, line), String.valueOf(e.getMessage()));
      return NullNode.getInstance();
    }
  }

  private JsonNode refuseTag(Node node, KeyPath path) {
    String found = node.getTag().getValue();
    problems.add(
        line(node),
        at(path, line(node)),
        "plain YAML",
        "a value with the tag "
            + (found.length() > FOUND_LENGTH ? found.substring(0, FOUND_LENGTH) + "…" : found),
        "Remove the tag; maps, lists, text, numbers, booleans and null need none.");
    return NullNode.getInstance();
  }

  private String at(KeyPath path, int line) {
    String place = places.apply(line).place();
    return path.isRoot() ? place : place + ": " + path;
  }

  private void mark(KeyPath path, Mark mark) {
    marks.put(path, mark);
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
