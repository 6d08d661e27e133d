package org.invar.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which of the right names somebody may have meant. */
final class Spelling {
  private Spelling() {}

  /** Returns the nearest name, where one is so near that it is likely meant. */
  static Optional<String> nearest(String word, Collection<String> names) {
    return byDistance(word, names).stream()
        .findFirst()
        .filter(name -> distance(word, name) <= Math.max(2, word.length() / 3))
        .filter(name -> distance(word, name) < Math.max(word.length(), name.length()));
  }

  /** Returns the names, the nearest first and equally near ones in alphabetical order. */
  static List<String> byDistance(String word, Collection<String> names) {
    return names.stream()
        .sorted(
            Comparator.comparingInt((String name) -> distance(word, name))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /** Returns "Did you mean X? ", or nothing. */
  static String suggestion(String word, Collection<String> names) {
    return nearest(word, names).map(name -> "Did you mean " + name + "? ").orElse("");
  }

  /**
   * Returns how many letters must be inserted, deleted, replaced or swapped with their neighbour
   * (optimal string alignment), upper and lower case being equal.
   */
  static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replaced = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
        best = Math.min(best, edits[i - 1][j - 1] + replaced);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, edits[i - 2][j - 2] + 1);
        }
        edits[i][j] = best;
      }
    }
    return edits[a.length()][b.length()];
  }
}
