package org.invar.config.bind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.invar.InvarException;
import org.invar.Secrets;
import org.invar.config.yaml.Described;
import org.invar.config.yaml.HiddenSecrets;
import org.invar.config.yaml.KeyPath;
import org.invar.config.yaml.Problems;
import org.invar.config.yaml.Scalars;
import org.invar.config.yaml.YamlDocument;
import org.invar.source.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a document that makes its value and collects its mistakes.
 *
 * <p>Every method that makes a value returns null exactly where it has added a problem.
 */
final class Binding {
  private static final KeyPath.Step OPTIONS = new KeyPath.Key(HiddenSecrets.OPTIONS);

  private final Binder binder;
  private final YamlDocument document;
  private final Problems problems;
  private final Expected expected;

  Binding(Binder binder, YamlDocument document, Problems problems) {
    this.binder = binder;
    this.document = document;
    this.problems = problems;
    this.expected = new Expected(binder);
  }

  @Nullable Object value(Type type, JsonNode node, KeyPath path) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return list(generic, arguments[0], node, path);
      }
      if (generic.getRawType() == Map.class && arguments[0] == String.class) {
        return map(generic, arguments[1], node, path);
      }
    } else if (type instanceof Class<?> simple) {
      if (simple == JsonNode.class) {
        return node;
      }
      if (simple.isEnum()) {
        return constant(simple, node, path);
      }
      if (simple.isRecord()) {
        return declared(RecordType.of(simple), node, path);
      }
      if (simple.isInterface()) {
        return new ChoiceBinding(this, binder).value(simple, node, path);
      }
      if (Binder.isScalar(simple)) {
        return scalar(simple, node, path, "");
      }
    }
    throw new IllegalStateException(type.getTypeName() + " at " + path + " cannot be bound");
  }

  private @Nullable Object scalar(Class<?> type, JsonNode node, KeyPath path, String alternative) {
    if (type == String.class && node.isTextual()) {
      return node.textValue();
    }
    if ((type == boolean.class || type == Boolean.class) && node.isBoolean()) {
      return node.booleanValue();
    }
    if ((type == int.class || type == Integer.class) && node.isInt()) {
      return node.intValue();
    }
    if ((type == long.class || type == Long.class) && (node.isInt() || node.isLong())) {
      return node.longValue();
    }
    if ((type == double.class || type == Double.class) && node.isNumber()) {
      return node.doubleValue();
    }
    String remedy = (remedy(type, node) + " " + alternative).strip();
    return wrong(expected.range(type, node), node, path, remedy);
  }

  private static String remedy(Class<?> type, JsonNode node) {
    if (type == String.class) {
      return node.isValueNode() && !node.isNull() ? "Put it in quotes." : "";
    }
    return node.isTextual() && !Scalars.isText(node.textValue()) ? "Remove the quotes." : "";
  }

  private @Nullable Object constant(Class<?> type, JsonNode node, KeyPath path) {
    List<String> names = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      String name = Binder.name((Enum<?>) constant);
      if (node.isTextual() && name.equals(node.textValue())) {
        return constant;
      }
      names.add(name);
    }
    return wrong(expected.of(type), node, path, suggestion(node, names));
  }

  private @Nullable Object list(Type type, Type element, JsonNode node, KeyPath path) {
    if (!node.isArray() && Binder.isScalar(element) && node.isValueNode() && !node.isNull()) {
      Object only = element(element, node, path);
      return only == null ? null : List.of(only);
    }
    if (!node.isArray()) {
      return wrong(expected.of(type), node, path, "");
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      Object value = element(element, node.get(i), path.item(i));
      if (value != null) {
        values.add(value);
      }
    }
    return values.size() == node.size() ? Collections.unmodifiableList(values) : null;
  }

  private @Nullable Object map(Type type, Type element, JsonNode node, KeyPath path) {
    if (!node.isObject()) {
      return wrong(expected.of(type), node, path, "");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      Object value = element(element, entry.getValue(), path.key(entry.getKey()));
      if (value != null) {
        values.put(entry.getKey(), value);
      }
    }
    return values.size() == node.size() ? Collections.unmodifiableMap(values) : null;
  }

  /** Class names and options may look like numbers; they are text as they were spelled. */
  private @Nullable Object element(Type type, JsonNode node, KeyPath path) {
    if (type == String.class && (node.isNumber() || node.isBoolean())) {
      return Objects.requireNonNullElse(document.written(path), node.asText());
    }
    return value(type, node, path);
  }

  /** A record where its own type is declared, not one that was chosen by name. */
  private @Nullable Object declared(RecordType record, JsonNode node, KeyPath path) {
    if (record.positional() && (node.isArray() || node.isNumber())) {
      return positional(record, node, path);
    }
    return node.isNull() || (record.positional() && !node.isObject())
        ? wrong(expected.of(record.type()), node, path, "")
        : contents(record, node, path, null);
  }

  private @Nullable Object positional(RecordType record, JsonNode node, KeyPath path) {
    List<RecordType.Component> components = record.components();
    if (node.isArray() && node.size() != components.size()) {
      String form = "[" + String.join(", ", record.names()) + "]";
      return wrong(form, node, path, "One number stands for all of them.");
    }
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    for (int i = 0; i < components.size(); i++) {
      JsonNode each = node.isArray() ? node.get(i) : node;
      Object value = value(components.get(i).type(), each, node.isArray() ? path.item(i) : path);
      if (value == null) {
        return null;
      }
      given.put(components.get(i).name(), value);
    }
    return create(record, given, path, null);
  }

  /** A record from a map of its components, or from the value of its one required component. */
  @Nullable Object contents(RecordType record, JsonNode node, KeyPath path, @Nullable String tag) {
    Optional<RecordType.Component> single = record.single();
    if (node.isNull()) {
      return components(record, JsonNodeFactory.instance.objectNode(), path, tag);
    }
    if (single.isPresent() && (!node.isObject() || names(single.get(), record, node))) {
      Object value = only(record, single.get().type(), node, path);
      Map<String, @Nullable Object> given = new LinkedHashMap<>();
      given.put(single.get().name(), value);
      return value == null ? null : create(record, given, path, single.get().name());
    }
    return node instanceof ObjectNode map
        ? components(record, map, path, tag)
        : wrong(expected.contents(record), node, path, "");
  }

  /** The value that stands for a whole record; where it is wrong, a map may be what was meant. */
  private @Nullable Object only(RecordType record, Type type, JsonNode node, KeyPath path) {
    return record.names().size() > 1 && type instanceof Class<?> simple && Binder.isScalar(simple)
        ? scalar(
            simple,
            node,
            path,
            "Or write a map with keys among " + String.join(", ", record.names()) + ".")
        : value(type, node, path);
  }

  /** Whether a map is the short form of a record around one other: {bidirectional: {lstm: 8}}. */
  private boolean names(RecordType.Component single, RecordType record, JsonNode map) {
    return map.size() == 1
        && single.type() instanceof Class<?> type
        && type.isInterface()
        && !record.names().contains(Described.keys(map))
        && binder.choice(type).members().containsKey(Described.keys(map));
  }

  @Nullable Object components(
      RecordType record, ObjectNode map, KeyPath path, @Nullable String tag) {
    List<String> allowed = new ArrayList<>(record.names());
    if (tag != null && !allowed.contains(tag)) {
      allowed.add(0, tag);
    }
    boolean complete = knownKeys(map, allowed, path);
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    for (RecordType.Component component : record.components()) {
      JsonNode node = map.get(component.name());
      if (node == null) {
        if (component.required()) {
          complete = false;
          missing(path, component.name(), expected.of(component.type()), map);
        }
      } else if (node.isNull() && component.nullable()) {
        given.put(component.name(), null);
      } else {
        Object value = value(component.type(), node, path.key(component.name()));
        complete &= value != null;
        given.put(component.name(), value);
      }
    }
    return complete ? create(record, given, path, null) : null;
  }

  private boolean knownKeys(ObjectNode map, List<String> allowed, KeyPath path) {
    boolean known = true;
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      if (!allowed.contains(entry.getKey())) {
        known = false;
        KeyPath key = path.key(entry.getKey());
        String keys =
            allowed.isEmpty() ? "no keys" : "one of the keys " + String.join(", ", allowed);
        add(
            key,
            keys,
            "the unknown key " + entry.getKey(),
            Spelling.suggestion(entry.getKey(), allowed));
      }
    }
    return known;
  }

  void missing(KeyPath path, String key, String type, JsonNode map) {
    add(path, "the required key " + key + " (" + type + ")", Described.of(map), "");
  }

  @Nullable Object create(
      RecordType record,
      Map<String, @Nullable Object> given,
      KeyPath path,
      @Nullable String shortForm) {
    try {
      return record.create(given);
    } catch (IllegalArgumentException | InvarException e) {
      Refusal refusal = Refusal.of(String.valueOf(e.getMessage()), record.names(), path, shortForm);
      KeyPath at = refusal.path();
      problems.add(document.mark(at).line(), document.place(at), refusal.sentence());
      return null;
    }
  }

  static String suggestion(JsonNode node, List<String> names) {
    return node.isTextual() ? Spelling.suggestion(node.textValue(), names) : "";
  }

  @Nullable Object wrong(String right, JsonNode node, KeyPath path, String remedy) {
    String written = node.isTextual() ? null : document.written(path);
    boolean secret = path.steps().contains(OPTIONS) && Secrets.isNamed(node.asText());
    String found = written == null ? Described.of(node) : written;
    add(path, right, secret ? Secrets.HIDDEN : found, remedy);
    return null;
  }

  private void add(KeyPath path, String right, String found, String remedy) {
    problems.add(document.mark(path).line(), document.place(path), right, found, remedy);
  }
}
