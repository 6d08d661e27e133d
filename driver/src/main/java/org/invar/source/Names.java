package org.invar.source;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.invar.InvarException;

/** Columns that a job names and a source may not have. */
final class Names {
  private Names() {}

  /** Refuses a name that is not among those there are, proposing the nearest. */
  static void require(String place, String name, Collection<String> there) {
    if (there.contains(name)) {
      return;
    }
    var distance = LevenshteinDistance.getDefaultInstance();
    String remedy =
        there.stream()
            .min(Comparator.comparing((String other) -> distance.apply(name, other)))
            .map(nearest -> "Did you mean " + nearest + "?")
            .orElse("It has no columns.");
    throw InvarException.of(place, "a column " + name, "the columns " + there, remedy);
  }
}
