package org.invar.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.invar.InvarException;

/** Values that are missing, or no numbers where numbers are expected: of all columns at once. */
final class Holes {
  private static final String CORRECT = "Correct these rows or leave them out." + BadRows.REMEDY;

  private Holes() {}

  /**
   * Refuses columns of the training source that hold text where numbers are expected, naming all.
   *
   * @param place what messages call the source
   * @param columns those that are to be numbers and were looked at
   * @param found what they hold
   * @param policy what becomes of rows where some values are no numbers
   */
  static void requireNumbers(String place, List<String> columns, Profile found, BadRows policy) {
    List<String> bad =
        columns.stream()
            .filter(
                name ->
                    policy == BadRows.SKIP
                        ? !found.of(name).isMostlyNumbers() && found.of(name).strangers() > 0
                        : !found.of(name).isNumbers())
            .toList();
    if (bad.isEmpty()) {
      return;
    }
    boolean text = bad.stream().anyMatch(name -> !found.of(name).isMostlyNumbers());
    boolean numbers = bad.stream().anyMatch(name -> found.of(name).isMostlyNumbers());
    String remedy =
        (numbers ? CORRECT : "")
            + (numbers && text ? " " : "")
            + (text
                ? "Name columns of categories in oneHot, leave what is no input out of features, or"
                    + " make it numbers."
                : "");
    throw InvarException.of(
        bad.size() == 1 ? place + ", column " + Names.shown(bad.get(0)) : place,
        "numbers",
        bad.size() == 1
            ? described(found.of(bad.get(0)))
            : listed(columns.stream().filter(name -> isBad(found.of(name))).toList(), found),
        remedy);
  }

  /**
   * Returns the message about a source's first bad row, and behind it what else is wrong in its
   * columns, for which the rows are read once more.
   */
  static String all(String first, Input input, Preprocessing reading) {
    Map<String, Profile.Use> uses = new TreeMap<>();
    List<Feature> columns = new ArrayList<>(reading.features());
    columns.addAll(reading.labels());
    for (Feature column : columns) {
      boolean category = column.kind() == Feature.Kind.CATEGORY;
      if (column.kind() == Feature.Kind.NUMBER || category) {
        uses.put(column.column(), category ? Profile.Use.MISSING : Profile.Use.NUMBERS);
      } else if (column.kind() == Feature.Kind.CLASS) {
        uses.put(column.column(), Profile.Use.MISSING);
      }
    }
    if (reading.weight() != null) {
      uses.put(reading.weight(), Profile.Use.NUMBERS);
    }
    Profile found = Profile.of(input, uses);
    List<String> bad = uses.keySet().stream().filter(name -> isBad(found.of(name))).toList();
    long values =
        bad.stream().mapToLong(name -> found.of(name).missing() + found.of(name).strangers()).sum();
    return values < 2 ? first : first + " In all: " + listed(bad, found) + ".";
  }

  private static boolean isBad(ColumnProfile column) {
    return column.strangers() + column.missing() > 0;
  }

  private static String listed(List<String> columns, Profile found) {
    return columns.stream()
        .map(name -> "column " + Names.shown(name) + ": " + described(found.of(name)))
        .collect(Collectors.joining("; "));
  }

  private static String described(ColumnProfile column) {
    List<String> parts = new ArrayList<>();
    if (column.strangers() > 0) {
      String which =
          column.firstStrangers().stream()
              .map(one -> Names.quoted(one.value()) + " in " + one.place().text())
              .collect(Collectors.joining(", "));
      parts.add(
          column.isMostlyNumbers()
              ? String.format(
                  Locale.ROOT,
                  "%,d of %,d values that are no numbers (%s)",
                  column.strangers(),
                  column.values(),
                  which)
              : "string values (" + which + ")");
    }
    if (column.missing() > 0) {
      String where =
          column.firstHoles().stream()
              .map(ColumnProfile.Place::text)
              .collect(Collectors.joining(", "));
      parts.add(String.format(Locale.ROOT, "%,d missing (%s)", column.missing(), where));
    }
    return String.join(" and ", parts);
  }
}
