package org.invar.checkpoint;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What objects of ours hold in memory: elements of collections and arrays, and characters. */
final class Held {
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private long count;

  private Held() {}

  /** Returns the number of elements and characters that are reached from an object. */
  static long by(Object object) {
    var held = new Held();
    held.add(object);
    return held.count;
  }

  private void add(@Nullable Object object) {
    if (object == null || !seen.add(object)) {
      return;
    }
    if (object instanceof CharSequence text) {
      count += text.length();
    } else if (object instanceof Collection<?> elements) {
      count += elements.size();
      elements.forEach(this::add);
    } else if (object instanceof Map<?, ?> entries) {
      count += entries.size();
      entries.keySet().forEach(this::add);
      entries.values().forEach(this::add);
    } else if (object.getClass().isArray()) {
      count += Array.getLength(object);
    } else if (object.getClass().getName().startsWith("org.invar.")) {
      for (Field field : object.getClass().getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          add(value(field, object));
        }
      }
    }
  }

  private static @Nullable Object value(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
