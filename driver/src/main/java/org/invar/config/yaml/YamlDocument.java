package org.invar.config.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.invar.InvarException;
import org.invar.Secrets;
import org.invar.source.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * A tree of maps, lists and scalars that knows where each of its values was written; immutable.
 *
 * <p>Unquoted scalars mean what YAML 1.2 says: {@code 5}, {@code 1e-8}, {@code true} and {@code
 * null} are what they look like; {@code no}, {@code 1:30} and {@code 010} are text. {@code ${NAME}}
 * and {@code ${NAME:-default}} are replaced from the environment before that, so {@code epochs:
 * ${EPOCHS}} is a number; what is in quotes stays text. {@code $${NAME}} stands for the text {@code
 * ${NAME}}.
 *
 * <p>A key is spelled {@code train.epochs}, {@code model.layers[2].dense} or {@code
 * options["with.dots"]}.
 */
public final class YamlDocument {
  private static final int NEIGHBOURS = 8;
  private static final int SHOWN = 60;

  /** What SnakeYAML takes, where every character is four bytes. */
  private static final long MOST_BYTES = 12L << 20;

  private final String name;
  private final JsonNode root;
  private final Map<KeyPath, Mark> marks;
  private final Map<String, String> environment;

  private YamlDocument(
      String name, JsonNode root, Map<KeyPath, Mark> marks, Map<String, String> environment) {
    this.name = name;
    this.root = root;
    this.marks = marks;
    this.environment = environment;
  }

  /** Returns the document in a UTF-8 file; a missing one is refused with the nearest names. */
  public static YamlDocument read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw InvarException.of(
          file.toString(),
          "a YAML file",
          Files.isDirectory(file) ? "a directory" : "no such file",
          neighbours(file));
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw InvarException.of(
            file.toString(),
            "a YAML file of at most %d bytes".formatted(MOST_BYTES),
            Files.size(file) + " bytes",
            "Name the job, not its data.");
      }
      return parse(Files.readString(file), file.toString());
    } catch (CharacterCodingException e) {
      throw new InvarException(
          file + ": expected text in UTF-8, found other bytes. Save the file as UTF-8.", e);
    } catch (IOException e) {
      throw new InvarException(file + ": expected a readable file, found " + e + ".", e);
    }
  }

  /**
   * Returns the document that the text spells, with the environment of this process.
   *
   * @param name what places start with, usually the file's name
   */
  public static YamlDocument parse(String text, String name) {
    return parse(text, name, System.getenv());
  }

  /**
   * Returns the document that a file of a run, a model or a search spells, as {@link
   * YamlText#render} wrote it: {@code ${NAME}} stands for itself, since another may have written
   * it, who is to learn nothing of this process's environment.
   */
  public static YamlDocument recorded(String text, String name) {
    YamlReader reader =
        new YamlReader(line -> new Mark(name + ":" + line, line, null), Scalars::literal);
    JsonNode root = reader.read(text, KeyPath.ROOT);
    return new YamlDocument(name, root, reader.marks(), System.getenv()); // For --set.
  }

  /** Returns the document that the text spells, with the given environment. */
  public static YamlDocument parse(String text, String name, Map<String, String> environment) {
    YamlReader reader =
        new YamlReader(
            line -> new Mark(name + ":" + line, line, null),
            written -> Scalars.substitute(written, environment));
    JsonNode root = reader.read(text, KeyPath.ROOT);
    return new YamlDocument(name, root, reader.marks(), environment);
  }

  /** Returns a document of values that were made by a program: every place is {@code name}. */
  public static YamlDocument of(JsonNode root, String name) {
    return new YamlDocument(name, root.deepCopy(), Map.of(), System.getenv());
  }

  /**
   * Returns this document with one value replaced or added.
   *
   * @param assignment {@code key=value}, as {@code --set} has it
   */
  public YamlDocument with(String assignment) {
    int equals = 0;
    boolean quoted = false;
    while (equals < assignment.length() && (quoted || assignment.charAt(equals) != '=')) {
      quoted ^= assignment.charAt(equals) == '"';
      equals++;
    }
    if (equals == assignment.length()) {
      throw InvarException.of(
          "--set " + assignment, "key=value", "no =", "Write, for example, --set train.epochs=20.");
    }
    return with(assignment.substring(0, equals), assignment.substring(equals + 1));
  }

  /**
   * Returns this document with one value replaced or added; its place becomes {@code --set
   * key=value}.
   *
   * @param key where; missing maps on the way are made, lists do not grow
   * @param value YAML; empty text is null
   */
  public YamlDocument with(String key, String value) {
    String shown = value.length() > SHOWN ? value.substring(0, SHOWN) + "…" : value;
    if (Secrets.isNamed(key) || Secrets.isNamed(value)) {
      shown = Secrets.HIDDEN;
    }
    Mark mark = new Mark("--set " + key + "=" + shown.replace('\n', ' '), Mark.NO_LINE, null);
    KeyPath path;
    try {
      path = KeyPath.parse(key);
    } catch (IllegalArgumentException e) {
      throw new InvarException(
          mark.place()
              + ": expected a key such as train.epochs or model.layers[0].dense, found \""
              + key
              + "\".",
          e);
    }
    YamlReader reader = new YamlReader(line -> mark, text -> Scalars.substitute(text, environment));
    JsonNode parsed = reader.read(value, path);
    Map<KeyPath, Mark> changed = new HashMap<>(marks);
    changed.keySet().removeIf(old -> old.startsWith(path));
    JsonNode tree = replace(path, parsed, mark);
    for (int depth = 1; depth < path.steps().size(); depth++) {
      if (!exists(path.first(depth))) {
        changed.put(path.first(depth), mark);
      }
    }
    changed.putAll(reader.marks());
    return new YamlDocument(name, tree, changed, environment);
  }

  private JsonNode replace(KeyPath path, JsonNode value, Mark mark) {
    ObjectNode above = JsonNodeFactory.instance.objectNode();
    above.set("root", root.isNull() ? JsonNodeFactory.instance.objectNode() : root.deepCopy());
    JsonNode parent = above.get("root");
    int last = path.steps().size() - 1;
    for (int depth = 0; depth <= last; depth++) {
      KeyPath here = path.first(depth);
      boolean end = depth == last;
      if (path.steps().get(depth) instanceof KeyPath.Key key) {
        ObjectNode map = mapAt(parent, here, mark);
        if (end) {
          map.set(key.name(), value);
        } else {
          JsonNode child = map.get(key.name());
          boolean missing = child == null || child.isNull();
          parent = missing ? map.putObject(key.name()) : child;
        }
      } else if (path.steps().get(depth) instanceof KeyPath.Index item) {
        ArrayNode list = listAt(parent, item.index(), here, mark);
        if (end) {
          list.set(item.index(), value);
        } else {
          parent = list.get(item.index());
        }
      }
    }
    return above.get("root");
  }

  private boolean exists(KeyPath path) {
    JsonNode node = node(path);
    return !node.isMissingNode() && !node.isNull();
  }

  private JsonNode node(KeyPath path) {
    JsonNode node = root;
    for (KeyPath.Step step : path.steps()) {
      node =
          step instanceof KeyPath.Index item
              ? node.path(item.index())
              : node.path(((KeyPath.Key) step).name());
    }
    return node;
  }

  private static ObjectNode mapAt(JsonNode node, KeyPath path, Mark mark) {
    if (node instanceof ObjectNode map) {
      return map;
    }
    throw InvarException.of(
        place(mark, path),
        "a map",
        Described.of(node),
        node.isArray()
            ? "Name an element, as in " + path + "[0]."
            : "Set the whole value instead: --set '" + path + "={…}'.");
  }

  private static ArrayNode listAt(JsonNode node, int index, KeyPath path, Mark mark) {
    if (!(node instanceof ArrayNode list)) {
      throw InvarException.of(
          place(mark, path),
          "a list",
          Described.of(node),
          "An index in brackets is for lists alone.");
    }
    if (index >= list.size()) {
      throw InvarException.of(
          place(mark, path),
          list.isEmpty() ? "no index" : "an index from 0 to " + (list.size() - 1),
          String.valueOf(index),
          "To add elements, set the whole list.");
    }
    return list;
  }

  /** Returns the part of this document that is the value of a key, with its places. */
  public YamlDocument at(String key) {
    KeyPath path = KeyPath.parse(key);
    Map<KeyPath, Mark> inside = new HashMap<>();
    marks.forEach(
        (place, mark) -> {
          if (place.startsWith(path)) {
            var rest = place.steps().subList(path.steps().size(), place.steps().size());
            inside.put(new KeyPath(rest), mark);
          }
        });
    return new YamlDocument(name, node(path).deepCopy(), inside, environment);
  }

  /** Returns a copy of the tree. */
  public JsonNode root() {
    return root.deepCopy();
  }

  /**
   * Returns where the value of a key was written, with the key, such as {@code conf/x.yaml:12:
   * train.epochs}; for a key that is not written, the place of the nearest one around it.
   */
  public String place(String key) {
    return place(KeyPath.parse(key));
  }

  /** Returns where the value at a path was written, or the nearest around it, for messages. */
  public String place(KeyPath path) {
    return place(mark(path), path);
  }

  private static String place(Mark mark, KeyPath path) {
    return path.isRoot() ? mark.place() : mark.place() + ": " + path;
  }

  /** Returns the mark of the value, or of the nearest written one around it. */
  public Mark mark(KeyPath path) {
    for (int depth = path.steps().size(); depth >= 0; depth--) {
      Mark mark = marks.get(path.first(depth));
      if (mark != null) {
        return depth == path.steps().size() ? mark : new Mark(mark.place(), mark.line(), null);
      }
    }
    return new Mark(name, Mark.NO_LINE, null);
  }

  /** Returns how a number or boolean was spelled, or null where that is not known. */
  public @Nullable String written(KeyPath path) {
    return mark(path).written();
  }

  private static String neighbours(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return "There is no folder " + folder + " either.";
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".yaml") || name.endsWith(".yml"))
          .forEach(names::add);
    } catch (IOException e) {
      return "The folder " + folder + " cannot be listed: " + e + ".";
    }
    if (names.isEmpty()) {
      return "The folder " + folder + " has no .yaml files.";
    }
    String wanted = file.getFileName().toString();
    List<String> nearest = Spelling.byDistance(wanted, names);
    return Spelling.suggestion(wanted, names)
        + "The folder has "
        + String.join(", ", nearest.subList(0, Math.min(NEIGHBOURS, nearest.size())))
        + (nearest.size() > NEIGHBOURS ? " and others." : ".");
  }
}
