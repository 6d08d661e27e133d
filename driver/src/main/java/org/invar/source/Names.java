package org.invar.source;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.invar.InvarException;

/** Columns and classes that a job names and a source may not have. */
final class Names {
  private static final int SOME = 10;
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_.-]+");

  private Names() {}

  /** Refuses a column that is not among those there are, proposing the nearest. */
  static void require(String place, String name, Collection<String> there) {
    if (!there.contains(name)) {
      throw missing(
          place, "a column " + shown(name), name, "the columns ", there, option(name, there));
    }
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
          "the columns " + shown(missing) + ", which the model reads",
          "the columns " + shown(there),
          option(missing.get(0), there)
              .orElse(
                  "Give the columns the names that they had in training (of CSV, the first line has"
                      + " them), or name other rows."));
    }
  }

  /** Refuses class weights for a class that is not among those there are, likewise. */
  static void requireClass(String place, String name, Collection<String> there) {
    if (!there.contains(name)) {
      throw missing(
          place,
          "a class " + shown(name) + ", for its weight",
          name,
          "the classes ",
          there,
          Optional.empty());
    }
  }

  private static InvarException missing(
      String place,
      String expected,
      String name,
      String found,
      Collection<String> there,
      Optional<String> option) {
    String remedy =
        there.isEmpty()
            ? "There are none."
            : "Did you mean " + shown(Spelling.byDistance(name, there).get(0)) + "?";
    return InvarException.of(place, expected, found + shown(there), option.orElse(remedy));
  }

  /** Returns which option of CSV mends it, where the columns plainly were read without it. */
  private static Optional<String> option(String name, Collection<String> there) {
    String only = there.size() == 1 ? there.iterator().next() : "";
    for (String separator : List.of(";", "\t", "|", ",", ":")) {
      List<String> parts = List.of(only.split(Pattern.quote(separator), -1));
      if (parts.size() > 1 && parts.stream().map(String::strip).anyMatch(name::equals)) {
        String written = separator.equals("\t") ? "\\t" : separator;
        return Optional.of("Set options: {sep: " + quoted(written) + "}, which separates them.");
      }
    }
    if (there.stream().map(String::strip).anyMatch(name::equals)) {
      return Optional.of(
          "Blanks stand around the names: of CSV set options: {ignoreLeadingWhiteSpace: true,"
              + " ignoreTrailingWhiteSpace: true}.");
    }
    if (!there.isEmpty() && there.stream().allMatch(column -> column.matches("_c[0-9]+"))) {
      return Optional.of(
          "Columns without a header are called so: set options: {header: true} where the first line"
              + " has names.");
    }
    long numbers = there.stream().filter(Numerals::matches).count();
    return 2 * numbers > there.size()
        ? Optional.of(
            "The first line looks like a row: set options: {header: false}, which calls columns _c0,"
                + " _c1, …, or write names there.")
        : Optional.empty();
  }

  /** Returns a name in quotes. */
  static String quoted(String name) {
    return '"' + name + '"';
  }

  /** Returns a name as it is, or in quotes where it has more than letters, digits, and _ . - */
  static String shown(String name) {
    return PLAIN.matcher(name).matches() ? name : quoted(name);
  }

  /** Returns the names in brackets. */
  static String shown(Collection<String> names) {
    return names.stream().map(Names::shown).collect(Collectors.joining(", ", "[", "]"));
  }

  /** Returns the first names in quotes, and a sign that there are more. */
  static String some(Collection<String> names) {
    String first = names.stream().limit(SOME).map(Names::quoted).collect(Collectors.joining(", "));
    return names.size() > SOME ? first + ", …" : first;
  }
}
