package org.invar.config.bind;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How messages speak of the type that a value should have. */
final class Expected {
  private static final Map<Type, String> ONE =
      Map.of(
          JsonNode.class, "a value",
          int.class, "a whole number",
          Integer.class, "a whole number",
          long.class, "a whole number",
          Long.class, "a whole number",
          double.class, "a number",
          Double.class, "a number",
          boolean.class, "true or false",
          Boolean.class, "true or false",
          String.class, "text");
  private static final Map<Type, String> MANY =
      Map.of(
          Integer.class, " of whole numbers",
          Long.class, " of whole numbers",
          Double.class, " of numbers",
          String.class, " of text");

  private final Binder binder;

  Expected(Binder binder) {
    this.binder = binder;
  }

  /** Returns a description such as "a whole number" or "one of relu, tanh". */
  String of(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      String what = generic.getRawType() == List.class ? "a list" : "a map";
      return what + MANY.getOrDefault(arguments[arguments.length - 1], "");
    }
    String simple = ONE.get(type);
    if (simple != null) {
      return simple;
    }
    Class<?> named = (Class<?>) type;
    if (named.isEnum()) {
      return Arrays.stream(named.getEnumConstants())
          .map(constant -> Binder.name((Enum<?>) constant))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    return named.isRecord() ? record(RecordType.of(named)) : choice(binder.choice(named));
  }

  private String record(RecordType record) {
    return record.positional()
        ? "a number or [" + String.join(", ", record.names()) + "]"
        : contents(record);
  }

  /** Returns what may stand below a record's name. */
  String contents(RecordType record) {
    String keys =
        record.components().isEmpty()
            ? "no keys"
            : "a map with keys among " + String.join(", ", record.names());
    return record.single().map(single -> of(single.type()) + ", or " + keys).orElse(keys);
  }

  private String choice(Choice choice) {
    String names = String.join(", ", choice.members().keySet());
    Class<?> bare = choice.bare();
    Class<?> open = choice.open();
    if (open != null) {
      return "one of "
          + choice.members().entrySet().stream()
              .filter(member -> member.getValue() != open)
              .map(Map.Entry::getKey)
              .collect(Collectors.joining(", "))
          + " or another "
          + choice.tag();
    }
    return (choice.members().size() == 1 ? "" : "one of ")
        + names
        + (bare == null ? "" : " or " + of(RecordType.of(bare).components().get(0).type()));
  }

  /** Returns {@link #of}, with the bounds of the type where a whole number is outside them. */
  String range(Class<?> type, JsonNode found) {
    if (!found.isIntegralNumber() || !of(type).equals("a whole number")) {
      return of(type);
    }
    boolean small = type == int.class || type == Integer.class;
    return "a whole number from "
        + (small ? Integer.MIN_VALUE : Long.MIN_VALUE)
        + " to "
        + (small ? Integer.MAX_VALUE : Long.MAX_VALUE);
  }
}
