package org.invar.config.yaml;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.invar.InvarException;

/** The mistakes found in a document, told all at once, in the order of its lines. */
public final class Problems {
  private record Problem(int line, String text) {}

  private final List<Problem> found = new ArrayList<>();

  /** Adds a mistake with the usual parts at a place that is known already. */
  public void add(int line, String place, String expected, String actual, String remedy) {
    InvarException usual = InvarException.of(place, expected, actual, remedy);
    found.add(new Problem(line, String.valueOf(usual.getMessage()).strip()));
  }

  /** Adds a mistake told in one or more sentences. */
  public void add(int line, String place, String sentence) {
    String end = sentence.endsWith(".") ? "" : ".";
    found.add(new Problem(line, place + ": " + sentence + end));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** Throws one InvarException with a line for each mistake, where there is one. */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new InvarException(
          found.stream()
              .sorted(Comparator.comparingInt(Problem::line))
              .map(Problem::text)
              .distinct()
              .collect(Collectors.joining("\n")));
    }
  }
}
