package org.invar.source;

import java.util.Collection;
import org.invar.InvarException;

/** Columns and classes that a job names and a source may not have. */
final class Names {
  private Names() {}

  /** Refuses a column that is not among those there are, proposing the nearest. */
  static void require(String place, String name, Collection<String> there) {
    require(place, "a column " + name, name, "the columns " + there, there);
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
