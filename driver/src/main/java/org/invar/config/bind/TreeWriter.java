package org.invar.config.bind;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.invar.config.yaml.Scalars;
import org.jspecify.annotations.Nullable;

/** Writes values as the trees that bind to them. */
final class TreeWriter {
  private final Binder binder;

  TreeWriter(Binder binder) {
    this.binder = binder;
  }

  JsonNode write(Type declared, Object value) {
    if (value instanceof JsonNode node) {
      return node;
    }
    if (value instanceof String text) {
      return TextNode.valueOf(text);
    }
    if (value instanceof Boolean truth) {
      return BooleanNode.valueOf(truth);
    }
    if (value instanceof Integer || value instanceof Long) {
      return Scalars.whole(BigInteger.valueOf(((Number) value).longValue()));
    }
    if (value instanceof Double number) {
      return DoubleNode.valueOf(number);
    }
    if (value instanceof Enum<?> constant) {
      return TextNode.valueOf(Binder.name(constant));
    }
    if (value instanceof Record record && declared instanceof Class<?> type) {
      return type.isInterface() ? chosen(type, record) : declared(record);
    }
    if (value instanceof List<?> list && declared instanceof ParameterizedType type) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      list.forEach(element -> array.add(write(type.getActualTypeArguments()[0], element)));
      return array;
    }
    if (value instanceof Map<?, ?> map && declared instanceof ParameterizedType type) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      map.forEach(
          (key, element) ->
              object.set((String) key, write(type.getActualTypeArguments()[1], element)));
      return object;
    }
    throw new IllegalArgumentException(
        value.getClass().getName() + " cannot be written as " + declared.getTypeName());
  }

  private JsonNode declared(Record record) {
    RecordType type = RecordType.of(record.getClass());
    if (type.positional()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      components(type, record).forEach(array::add);
      return array;
    }
    return isShort(type) ? only(type, record) : components(type, record);
  }

  private JsonNode chosen(Class<?> declared, Record record) {
    Choice choice = binder.choice(declared);
    RecordType type = RecordType.of(record.getClass());
    if (record.getClass() == choice.bare()) {
      return only(type, record);
    }
    String name = Choice.name(record.getClass());
    if (choice.members().get(name) != record.getClass()) {
      throw new IllegalArgumentException(
          "%s is not registered as %s".formatted(record.getClass(), declared));
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    if (choice.tag() != null) {
      object.put(choice.tag(), name);
      object.setAll(components(type, record));
      return object;
    }
    if (type.components().isEmpty()) {
      return TextNode.valueOf(name);
    }
    object.set(name, isShort(type) ? only(type, record) : components(type, record));
    return object;
  }

  /** Whether a record reads best as the value of the one component that it has. */
  private static boolean isShort(RecordType type) {
    if (type.components().size() != 1 || type.single().isEmpty()) {
      return false;
    }
    Type only = type.components().get(0).type();
    return Binder.isScalar(only)
        || (only instanceof ParameterizedType generic && generic.getRawType() == List.class);
  }

  private JsonNode only(RecordType type, Record record) {
    RecordType.Component component = type.components().get(0);
    Object value = type.values(record).get(component.name());
    if (value == null) {
      throw new IllegalArgumentException(record + " has a null");
    }
    return write(component.type(), value);
  }

  private ObjectNode components(RecordType type, Record record) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    Map<String, @Nullable Object> values = type.values(record);
    for (RecordType.Component component : type.components()) {
      Object value = values.get(component.name());
      if (value != null) {
        object.set(component.name(), write(component.type(), value));
      } else if (type.defaults(values).get(component.name()) != null) {
        // Left out, it would come back as its default.
        object.putNull(component.name());
      }
    }
    return object;
  }
}
