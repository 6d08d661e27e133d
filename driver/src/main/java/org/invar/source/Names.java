package org.invar.source;

import java.util.Collection;
import java.util.List;
import org.invar.InvarException;

/** Columns and classes that a job names and a source may not have. */
final class Names {
  private Names() {}

  /** Refuses a column that is not among those there are, proposing the nearest. */
  static void require(String place, String name, Collection<String> there) {
    require(place, "a column " + name, name, "the columns " + there, there);
  }

  /**
   * Refuses a source that lacks columns which a model reads, naming all of them.
   *
   * @param names the columns
   */
  static void requireAll(String place, List<String> names, Collection<String> there) {
    List<String> missing = names.stream().filter(name -> !there.contains(name)).toList();
    if (missing.size() == 1) {
      require(place, missing.get(0), there);
    } else if (!missing.isEmpty()) {
      throw InvarException.of(
          place,
          "the columns " + missing + ", which the model reads",
          "the columns " + there,
          "Give the columns the names that they had in training (of CSV, the first line has them), or"
              + " name other rows.");
    }
  }

  /** Refuses class weights for a class that is not among those there are, likewise. */
  static void requireClass(String place, String name, Collection<String> there) {
    require(place, "a class " + name + ", for its weight", name, "the classes " + there, there);
  }

  private static void require(
      String place, String expected, String name, String found, Collection<String> there) {
    if (there.contains(name)) {
      return;
    }
    String remedy =
        there.isEmpty()
            ? "There are none."
            : "Did you mean " + Spelling.byDistance(name, there).get(0) + "?";
    throw InvarException.of(place, expected, found, remedy);
  }
}
