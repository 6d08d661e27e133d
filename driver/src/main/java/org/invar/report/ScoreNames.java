package org.invar.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The names of scores, in the order in which people look for them. */
final class ScoreNames {
  /** The splits, in order. */
  static final List<String> SPLITS = List.of("train", "dev", "test");

  private static final List<String> KNOWN =
      List.of("loss", "accuracy", "top5Accuracy", "precision", "recall", "f1", "rmse", "mae", "r2");

  /** Known scores first, in their order, then others by name. */
  static final Comparator<String> ORDER =
      Comparator.comparingInt((String name) -> KNOWN.contains(name) ? KNOWN.indexOf(name) : 99)
          .thenComparing(Comparator.naturalOrder());

  private ScoreNames() {}

  /** Returns the score's name in a split: {@code devAccuracy}. */
  static String in(String split, String score) {
    return split + Character.toUpperCase(score.charAt(0)) + score.substring(1);
  }

  /** Returns the score without its split, or nothing when it is not of that split. */
  static Optional<String> of(String split, String name) {
    int start = split.length();
    return name.length() > start
            && name.startsWith(split)
            && Character.isUpperCase(name.charAt(start))
        ? Optional.of(Character.toLowerCase(name.charAt(start)) + name.substring(start + 1))
        : Optional.empty();
  }

  /**
   * Returns the one score that tells most beside the loss: accuracy, or rmse where there are no
   * classes, or nothing.
   */
  static Optional<String> headline(Set<String> scores) {
    return List.of("accuracy", "rmse").stream().filter(scores::contains).findFirst();
  }
}
