package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a column holds: counts, the values that are no numbers, and, up to a limit, the values that
 * there are. Merging those of parts gives what one pass over all rows gives.
 */
final class ColumnProfile implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int MOST_SHOWN = 3;
  private static final int MOST_LISTED = 5;

  /**
   * A place of a value.
   *
   * @param file of the row, or empty
   * @param start where the file's part or the partition starts
   * @param number of the row there
   * @param text the place for messages
   */
  record Place(String file, long start, long number, String text)
      implements Serializable, Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int order = file.compareTo(other.file);
      order = order == 0 ? Long.compare(start, other.start) : order;
      return order == 0 ? Long.compare(number, other.number) : order;
    }
  }

  /** A value of which nothing can be made, or none, with its place. */
  record Found(String value, Place place) implements Serializable {}

  /** How often a value occurs, and where first. */
  record Occurrence(long count, Place first) implements Serializable {
    Occurrence and(Occurrence other) {
      boolean before = first.compareTo(other.first) <= 0;
      return new Occurrence(count + other.count, before ? first : other.first);
    }
  }

  private final int limit;
  private final Map<String, Occurrence> distinct = new TreeMap<>();
  private final List<Found> noNumbers = new ArrayList<>();
  private final List<Place> holes = new ArrayList<>();
  private final ExactSum sum = new ExactSum();
  private long missing;
  private long numbers;
  private long booleans;
  private long texts;
  private long values;
  private boolean whole = true;
  private boolean padded;
  private boolean more;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;

  /**
   * Makes the profile of no rows.
   *
   * @param limit the most different values that are kept
   */
  ColumnProfile(int limit) {
    this.limit = limit;
  }

  /** Adds a row's value. */
  void add(@Nullable Object value, Supplier<Place> place) {
    if (value == null) {
      missing++;
      if (holes.size() < MOST_SHOWN) {
        holes.add(place.get());
      }
      return;
    }
    values++;
    texts += value instanceof String ? 1 : 0;
    boolean truth =
        value instanceof Boolean
            || (value instanceof String text
                && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")));
    booleans += truth ? 1 : 0;
    if (ValueType.isNumber(value)) {
      addNumber(value);
    } else if (noNumbers.size() < MOST_SHOWN) {
      noNumbers.add(new Found(RowPlace.shown(value), place.get()));
    }
    // What is no number among typed ones is no value: its row is refused or skipped.
    boolean finite = !(value instanceof Number number) || Double.isFinite(number.doubleValue());
    if (limit > 0 && !more && finite) {
      String text = ValueType.text(value);
      Occurrence known = distinct.get(text);
      distinct.put(
          text,
          known == null
              ? new Occurrence(1, place.get())
              : new Occurrence(known.count() + 1, known.first()));
      keepToLimit();
    }
  }

  private void addNumber(Object value) {
    numbers++;
    double number = value instanceof Boolean yes ? (yes ? 1 : 0) : 0;
    if (value instanceof Number typed) {
      number = typed.doubleValue();
      whole &= !(value instanceof Double || value instanceof Float) && Numerals.isWhole(typed + "");
    } else if (value instanceof String text) {
      number = Numerals.parse(text);
      whole &= Numerals.isWhole(text);
      padded |= Numerals.isPadded(text);
    }
    least = Math.min(least, number);
    most = Math.max(most, number);
    sum.add(number);
  }

  private void keepToLimit() {
    if (distinct.size() > limit) {
      distinct.clear();
      more = true;
    }
  }

  /** Adds another part of the column. */
  void add(ColumnProfile other) {
    missing += other.missing;
    numbers += other.numbers;
    booleans += other.booleans;
    texts += other.texts;
    values += other.values;
    whole &= other.whole;
    padded |= other.padded;
    least = Math.min(least, other.least);
    most = Math.max(most, other.most);
    sum.add(other.sum);
    noNumbers.addAll(other.noNumbers);
    noNumbers.sort((a, b) -> a.place().compareTo(b.place()));
    noNumbers.subList(Math.min(MOST_SHOWN, noNumbers.size()), noNumbers.size()).clear();
    holes.addAll(other.holes);
    holes.sort(null);
    holes.subList(Math.min(MOST_SHOWN, holes.size()), holes.size()).clear();
    more |= other.more;
    if (more) {
      distinct.clear();
    } else {
      other.distinct.forEach((text, found) -> distinct.merge(text, found, Occurrence::and));
      keepToLimit();
    }
  }

  /**
   * Returns the type of all values: numbers and booleans where every one is, and none is written
   * with zeros in front, as codes are.
   */
  ValueType type() {
    if (values > 0 && booleans == values) {
      return ValueType.BOOLEAN;
    }
    if ((numbers < values && texts > 0) || padded) {
      return ValueType.TEXT;
    }
    return whole ? ValueType.WHOLE : ValueType.NUMBER;
  }

  /** Returns whether every value is a number or, of all of them, a boolean. */
  boolean isNumbers() {
    return numbers == values || booleans == values;
  }

  /** Returns whether most values are numbers. */
  boolean isMostlyNumbers() {
    return 2 * numbers > values;
  }

  long missing() {
    return missing;
  }

  long values() {
    return values;
  }

  /** Returns how many values are no numbers. */
  long strangers() {
    return isNumbers() ? 0 : values - numbers;
  }

  /** Returns the first of the values that are no numbers. */
  List<Found> firstStrangers() {
    return Collections.unmodifiableList(noNumbers);
  }

  /** Returns where the first missing values are. */
  List<Place> firstHoles() {
    return Collections.unmodifiableList(holes);
  }

  /** Returns the different values, as text; none where there are more than the limit. */
  Map<String, Occurrence> distinct() {
    return Collections.unmodifiableMap(distinct);
  }

  /** Returns whether there are more different values than the limit. */
  boolean isOverLimit() {
    return more;
  }

  /** Returns whether the values are numbers between two bounds, those included. */
  boolean isWithin(double from, double to) {
    return numbers == values && least >= from && most <= to;
  }

  /** Returns what people want to know of numbers: from where to where, and their mean. */
  String range() {
    return numbers == 0
        ? "none"
        : String.format(
            Locale.ROOT,
            "%s to %s, mean %.6g",
            ValueType.text(least),
            ValueType.text(most),
            sum.mean(numbers));
  }

  /** Returns what people want to know of categories: how many, and the first with their counts. */
  String different() {
    if (more) {
      return String.format(Locale.ROOT, "more than %,d different", limit);
    }
    String first =
        distinct.entrySet().stream()
            .limit(MOST_LISTED)
            .map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "%s (%,d)",
                        Names.shown(entry.getKey()),
                        entry.getValue().count()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%,d different%s%s%s",
        distinct.size(),
        first.isEmpty() ? "" : ": ",
        first,
        distinct.size() > MOST_LISTED ? ", …" : "");
  }
}
