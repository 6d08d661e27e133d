package org.invar.source.text;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.invar.InvarException;

/** The names of a table's columns. */
final class ColumnNames {
  private ColumnNames() {}

  /**
   * Refuses names of which two are one to Spark, which does not tell small and capital letters
   * apart.
   *
   * @param remedy what else there is to do than renaming, a full sentence or nothing
   */
  static void requireDistinct(String place, List<String> names, String remedy) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name.toLowerCase(Locale.ROOT))) {
        throw InvarException.of(
            place,
            "columns of different names, whatever their case",
            Fault.shown(name) + " twice",
            ("Rename one. " + remedy).strip());
      }
    }
  }
}
