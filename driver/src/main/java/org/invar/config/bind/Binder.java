package org.invar.config.bind;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.invar.InvarException;
import org.invar.config.yaml.KeyPath;
import org.invar.config.yaml.Problems;
import org.invar.config.yaml.YamlDocument;

/**
 * Binds documents onto records, and writes records as documents; immutable.
 *
 * <p>A map's keys are a record's components. Required ones are the parameters of the record's
 * static {@code of} with the fewest parameters, or all where there is no {@code of}; what {@code
 * of} returns for them holds the defaults; the other keys of the map replace those. A
 * {@code @Nullable} component is never required. Components are int, long, double, boolean (or
 * their boxes), String, enums (CLASS_IDS is classIds), records, {@code List<T>}, {@code Map<String,
 * T>} in the document's order, interfaces, and {@link JsonNode}s, which take what stands there.
 *
 * <p>Short forms:
 *
 * <ul>
 *   <li>A record with exactly one required component is that component's value: {@code dense: 10}.
 *   <li>A record whose components are all required numbers of one type is a list of them, or one
 *       for all, where its own type is declared: {@code kernel: [5, 3]}, {@code kernel: 5}.
 *   <li>A list of scalars may be one scalar: {@code label: price}.
 *   <li>A value of an interface is a record's name, {@code adam}, or a map from it to its
 *       components, {@code {adam: {beta1: 0.95}}}. The name is the class's simple name with a small
 *       first letter. {@link #tagged} and {@link Unnamed} are the other ways.
 * </ul>
 *
 * <p>Nothing is converted silently: 2.5 is no int, "5" no number, 5 no text (but it is in a list or
 * map of text, such as class names, as it was spelled). A record refuses values by an
 * IllegalArgumentException; one that starts as in {@code rate=1.5 is not in [0, 1)} is reported at
 * that component.
 */
public final class Binder implements Serializable {
  private static final long serialVersionUID = 1;

  private final Map<Class<?>, List<Class<?>>> registered;
  private final Map<Class<?>, String> tags;

  private Binder(Map<Class<?>, List<Class<?>>> registered, Map<Class<?>, String> tags) {
    this.registered = registered;
    this.tags = tags;
  }

  /** Returns a binder that knows the permitted records of sealed interfaces and no others. */
  public static Binder of() {
    return new Binder(Map.of(), Map.of());
  }

  /**
   * Returns this binder with more records of an interface.
   *
   * @param type the interface; what is permitted by a sealed one need not be registered
   * @param members records that implement it
   */
  public <T> Binder register(Class<T> type, List<? extends Class<? extends T>> members) {
    Map<Class<?>, List<Class<?>>> more = new LinkedHashMap<>(registered);
    List<Class<?>> all = new ArrayList<>(more.getOrDefault(type, List.of()));
    all.addAll(members);
    more.put(type, List.copyOf(all));
    Binder binder = new Binder(more, tags);
    Objects.requireNonNull(binder.choice(type));
    return binder;
  }

  /**
   * Returns this binder with an interface whose records are told apart by a key among their own, as
   * in {@code {format: idx, images: …}}; a record that has that key as a component takes all names
   * that are not another's.
   *
   * @param key the key, such as {@code format}
   */
  public Binder tagged(Class<?> type, String key) {
    Map<Class<?>, String> more = new LinkedHashMap<>(tags);
    more.put(type, key);
    return new Binder(registered, more);
  }

  /**
   * Returns the value that a document spells.
   *
   * @param type a record or an interface
   * @throws InvarException that lists all mistakes, a line each, with their places
   */
  public <T> T bind(YamlDocument document, Class<T> type) {
    Problems problems = new Problems();
    Object value = new Binding(this, document, problems).value(type, document.root(), KeyPath.ROOT);
    problems.throwIfAny();
    return type.cast(Objects.requireNonNull(value));
  }

  /** Returns all settings of a record, defaults included; components that are null are left out. */
  public JsonNode tree(Record record) {
    return new TreeWriter(this).write(record.getClass(), record);
  }

  /**
   * Returns the tree that binds to {@code value} where {@code declared} is expected.
   *
   * @param declared a record, or an interface; the tree then holds the record's name too
   */
  public <T> JsonNode tree(Class<T> declared, T value) {
    return new TreeWriter(this).write(declared, value);
  }

  /** Returns the records that are known of an interface. */
  public Choice choice(Class<?> type) {
    Choice.Builder members = new Choice.Builder(type);
    collect(type, members);
    return members.build(tags.get(type));
  }

  private void collect(Class<?> type, Choice.Builder members) {
    registered.getOrDefault(type, List.of()).forEach(members::add);
    if (type.isSealed()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        if (permitted.isInterface()) {
          collect(permitted, members);
        } else {
          members.add(permitted);
        }
      }
    }
  }

  /** Returns an enum constant's name in documents: CLASS_IDS is classIds. */
  static String name(Enum<?> constant) {
    StringBuilder name = new StringBuilder();
    for (String word : constant.name().split("_", -1)) {
      String small = word.toLowerCase(Locale.ROOT);
      name.append(
          name.isEmpty() || small.isEmpty()
              ? small
              : small.substring(0, 1).toUpperCase(Locale.ROOT) + small.substring(1));
    }
    return name.toString();
  }

  /** Returns whether values of the type are text, numbers, booleans or names. */
  static boolean isScalar(Type type) {
    return type instanceof Class<?> c
        && (c.isPrimitive()
            || c.isEnum()
            || c == String.class
            || c == Integer.class
            || c == Long.class
            || c == Double.class
            || c == Boolean.class);
  }
}
