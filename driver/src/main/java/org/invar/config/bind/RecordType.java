package org.invar.config.bind;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What reflection tells about a record: its components, which of them are required, its defaults.
 *
 * <p>Required are the parameters of its static {@code of} with the fewest parameters, or all
 * components where there is none; a {@code @Nullable} one never is. An {@code of} whose parameters
 * are not components by name and type does not count. Defaults are what that {@code of} returns for
 * the required values, so they must be valid with all of them.
 */
final class RecordType {
  private static final Set<Type> NUMBERS = Set.of(int.class, long.class, double.class);

  /** One component. */
  record Component(String name, Type type, boolean nullable, boolean required, Method accessor) {}

  private final Class<?> type;
  private final List<Component> components;
  private final @Nullable Method factory;
  private final Constructor<?> constructor;

  private RecordType(Class<?> type) {
    this.type = type;
    RecordComponent[] declared = type.getRecordComponents();
    this.factory = factory(type, declared);
    Set<String> required =
        Arrays.stream(factory == null ? new Parameter[0] : factory.getParameters())
            .map(Parameter::getName)
            .collect(Collectors.toSet());
    this.components = new ArrayList<>();
    for (RecordComponent component : declared) {
      boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
      Method accessor = component.getAccessor();
      accessor.setAccessible(true);
      components.add(
          new Component(
              component.getName(),
              component.getGenericType(),
              nullable,
              !nullable && (factory == null || required.contains(component.getName())),
              accessor));
    }
    try {
      Class<?>[] types =
          Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new);
      this.constructor = type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
    constructor.setAccessible(true);
  }

  static RecordType of(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is not a record");
    }
    return new RecordType(type);
  }

  private static @Nullable Method factory(Class<?> type, RecordComponent[] components) {
    Map<String, Type> types = new LinkedHashMap<>();
    for (RecordComponent component : components) {
      types.put(component.getName(), component.getGenericType());
    }
    Optional<Method> fewest =
        Arrays.stream(type.getDeclaredMethods())
            .filter(method -> method.getName().equals("of") && method.getReturnType() == type)
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .filter(
                method ->
                    Arrays.stream(method.getParameters())
                        .allMatch(p -> p.getParameterizedType().equals(types.get(p.getName()))))
            .min(Comparator.comparingInt(Method::getParameterCount));
    fewest.ifPresent(method -> method.setAccessible(true));
    return fewest.orElse(null);
  }

  Class<?> type() {
    return type;
  }

  List<Component> components() {
    return components;
  }

  List<String> names() {
    return components.stream().map(Component::name).toList();
  }

  /** Returns the component whose value may stand for the whole record, where there is just one. */
  Optional<Component> single() {
    List<Component> required = components.stream().filter(Component::required).toList();
    return required.size() == 1 ? Optional.of(required.get(0)) : Optional.empty();
  }

  /** Returns whether a list gives all components by position: numbers of one type, all required. */
  boolean positional() {
    return components.size() > 1
        && NUMBERS.contains(components.get(0).type())
        && components.stream()
            .allMatch(c -> c.required() && c.type().equals(components.get(0).type()));
  }

  /**
   * Returns the record with the given components and the defaults of the others.
   *
   * @param given by name; all required ones are there
   * @throws RuntimeException what the record's own code throws
   */
  Object create(Map<String, @Nullable Object> given) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (given.size() < components.size()) {
      values.putAll(defaults(given));
    }
    values.putAll(given);
    Object[] arguments = new Object[components.size()];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = values.get(components.get(i).name());
    }
    return invoke(() -> constructor.newInstance(arguments));
  }

  /** Returns the components that the required ones of {@code given} imply. */
  Map<String, @Nullable Object> defaults(Map<String, @Nullable Object> given) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    Method of = factory;
    if (of != null) {
      Object[] arguments =
          Arrays.stream(of.getParameters()).map(p -> given.get(p.getName())).toArray();
      Object made = invoke(() -> of.invoke(null, arguments));
      components.forEach(component -> values.put(component.name(), value(component, made)));
    }
    return values;
  }

  /** Returns the components of a record, in order. */
  Map<String, @Nullable Object> values(Object record) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    components.forEach(component -> values.put(component.name(), value(component, record)));
    return values;
  }

  private static @Nullable Object value(Component component, Object record) {
    try {
      return component.accessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component.accessor() + " cannot be called", e);
    }
  }

  private interface Call {
    Object run() throws ReflectiveOperationException;
  }

  private Object invoke(Call call) {
    try {
      return call.run();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(type + " cannot be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " cannot be made", e);
    }
  }
}
