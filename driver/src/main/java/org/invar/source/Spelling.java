package org.invar.source;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Which of the right names somebody may have meant. */
public final class Spelling {
  private Spelling() {}

  /** Returns the nearest name, where one is so near that it is likely meant. */
  public static Optional<String> nearest(String word, Collection<String> names) {
    return byDistance(word, names).stream()
        .findFirst()
        .filter(name -> distance(word, name) <= Math.max(2, word.length() / 3))
        .filter(name -> distance(word, name) < Math.max(word.length(), name.length()));
  }

  /** Returns the names, the nearest first and equally near ones in alphabetical order. */
  public static List<String> byDistance(String word, Collection<String> names) {
    return names.stream()
        .sorted(
            Comparator.comparingInt((String name) -> distance(word, name))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Returns "Did you mean X? ", or nothing. */
  public static String suggestion(String word, Collection<String> names) {
    return nearest(word, names).map(name -> "Did you mean " + name + "? ").orElse("");
  }

  /**
   * Returns how many letters must be inserted, deleted or replaced, upper and lower case being
   * equal.
   */
  static int distance(String left, String right) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(left.toLowerCase(Locale.ROOT), right.toLowerCase(Locale.ROOT));
  }
}
