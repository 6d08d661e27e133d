package org.invar.config.bind;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records that a value of an interface can be.
 *
 * @param members by their names in documents
 * @param bare the record without a name of its own, if any
 * @param tag the key that holds the name, where it is not the only key of a map around the rest
 */
public record Choice(Map<String, Class<?>> members, @Nullable Class<?> bare, @Nullable String tag) {

  /** Collects the members of one interface. */
  static final class Builder {
    private final Class<?> type;
    private final Map<String, Class<?>> members = new LinkedHashMap<>();
    private @Nullable Class<?> bare;

    Builder(Class<?> type) {
      this.type = type;
    }

    void add(Class<?> member) {
      if (!member.isRecord() || !type.isAssignableFrom(member)) {
        throw new IllegalArgumentException(
            member.getName() + " is not a record that implements " + type.getName());
      }
      if (member.isAnnotationPresent(Unnamed.class)) {
        if (bare != null && bare != member) {
          throw new IllegalArgumentException(
              "%s has two bare records: %s, %s".formatted(type, bare, member));
        }
        bare = member;
        return;
      }
      Class<?> other = members.putIfAbsent(name(member), member);
      if (other != null && other != member) {
        throw new IllegalArgumentException(
            "%s and %s are both called %s".formatted(other, member, name(member)));
      }
    }

    Choice build(@Nullable String tag) {
      if (members.isEmpty() && bare == null) {
        throw new IllegalStateException(
            "no records of " + type.getName() + " are registered with the binder");
      }
      return new Choice(members, bare, tag);
    }
  }

  /** Returns the record's name in documents: its simple name with a small first letter. */
  static String name(Class<?> member) {
    String name = member.getSimpleName();
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  /**
   * Returns the record that takes a map whose tag names no member: the one that has the tag as a
   * component of its own.
   */
  @Nullable Class<?> open() {
    for (Class<?> member : members.values()) {
      if (tag != null && RecordType.of(member).names().contains(tag)) {
        return member;
      }
    }
    return null;
  }
}
