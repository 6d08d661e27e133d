package org.invar.config.bind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.invar.config.yaml.Described;
import org.invar.config.yaml.KeyPath;
import org.invar.source.Spelling;
import org.jspecify.annotations.Nullable;

/** The part of a {@link Binding} that finds which record a value of an interface is. */
final class ChoiceBinding {
  private final Binding binding;
  private final Binder binder;
  private final Expected expected;

  ChoiceBinding(Binding binding, Binder binder) {
    this.binding = binding;
    this.binder = binder;
    this.expected = new Expected(binder);
  }

  @Nullable Object value(Class<?> type, JsonNode node, KeyPath path) {
    Choice choice = binder.choice(type);
    if (choice.tag() != null) {
      return tagged(type, choice, choice.tag(), node, path);
    }
    List<String> names = List.copyOf(choice.members().keySet());
    String name =
        node.isTextual() ? node.textValue() : node.size() == 1 ? Described.keys(node) : "";
    Class<?> member = choice.members().get(name);
    if (member != null && node.isTextual()) {
      return binding.contents(RecordType.of(member), NullNode.getInstance(), path, null);
    }
    if (member != null && node.isObject()) {
      return binding.contents(RecordType.of(member), node.get(name), path.key(name), null);
    }
    if (choice.bare() != null && takes(choice.bare(), node, names)) {
      RecordType bare = RecordType.of(choice.bare());
      RecordType.Component only = bare.components().get(0);
      Object value = binding.value(only.type(), node, path);
      Map<String, @Nullable Object> given = new LinkedHashMap<>();
      given.put(only.name(), value);
      return value == null ? null : binding.create(bare, given, path, only.name());
    }
    return unknown(type, choice, node, path);
  }

  private @Nullable Object unknown(Class<?> type, Choice choice, JsonNode node, KeyPath path) {
    List<String> names = List.copyOf(choice.members().keySet());
    if (node.isObject() && node.size() > 1) {
      String first = node.fieldNames().next();
      String remedy =
          choice.members().containsKey(first)
              ? "Indent the keys of " + first + " below it, or write {" + first + ": {…}}."
              : "Write {NAME: {…}}.";
      return binding.wrong("one name (" + String.join(", ", names) + ")", node, path, remedy);
    }
    KeyPath at = node.size() == 1 && node.isObject() ? path.key(Described.keys(node)) : path;
    JsonNode name =
        at.equals(path) ? node : JsonNodeFactory.instance.textNode(Described.keys(node));
    return binding.wrong(expected.of(type), name, at, Binding.suggestion(name, names));
  }

  /** Whether a value that is no member's name can be the bare record's. */
  private static boolean takes(Class<?> bare, JsonNode node, List<String> names) {
    Type type = RecordType.of(bare).components().get(0).type();
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class ? node.isArray() : node.isObject();
    }
    if (type instanceof Class<?> scalar && Binder.isScalar(scalar)) {
      boolean truth = scalar == boolean.class || scalar == Boolean.class;
      boolean text = scalar == String.class || scalar.isEnum();
      return text ? node.isTextual() : truth ? node.isBoolean() : node.isNumber();
    }
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    boolean misspelt = keys.size() == 1 && Spelling.nearest(keys.get(0), names).isPresent();
    return node.isObject() && !misspelt && Collections.disjoint(keys, names);
  }

  private @Nullable Object tagged(
      Class<?> type, Choice choice, String tag, JsonNode node, KeyPath path) {
    List<String> names = List.copyOf(choice.members().keySet());
    if (!(node instanceof ObjectNode map)) {
      return binding.wrong("a map with the key " + tag, node, path, "");
    }
    JsonNode name = map.get(tag);
    if (name == null) {
      binding.missing(path, tag, expected.of(type), map);
      return null;
    }
    KeyPath at = path.key(tag);
    if (!name.isTextual()) {
      return binding.wrong(expected.of(type), name, at, "");
    }
    Class<?> open = choice.open();
    Class<?> member = choice.members().get(name.textValue());
    if (member != null && member != open) {
      return binding.components(RecordType.of(member), map, path, tag);
    }
    boolean misspelt = names.stream().anyMatch(name.textValue()::equalsIgnoreCase);
    return open == null || misspelt
        ? binding.wrong(expected.of(type), name, at, Binding.suggestion(name, names))
        : binding.components(RecordType.of(open), map, path, tag);
  }
}
