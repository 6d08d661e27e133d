package org.invar.source;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/**
 * A column and how its values become numbers; labels are described likewise.
 *
 * @param column the column's name
 * @param kind what it holds
 * @param dimensions of one value's tensor; empty is one number. Of kind {@code CLASS} and {@code
 *     NAMED_CLASS} the steps of an array of classes; empty is one class
 * @param categories of kind {@code CATEGORY}, {@code CLASS} and {@code NAMED_CLASS}: the values, in
 *     order; empty for ids of classes of which the highest is not yet known
 */
public record Feature(String column, Kind kind, List<Integer> dimensions, List<String> categories)
    implements Serializable {
  /** What a column holds. */
  public enum Kind {
    /** A number or a boolean (1 for true). */
    NUMBER,
    /** An array of numbers, or a vector of spark.ml, of a fixed length. */
    NUMBERS,
    /**
     * A sequence: an array of numbers, or a vector of spark.ml, step by step, of any length of
     * whole steps up to the (time, features) of its dimensions; shorter ones are padded with zeros.
     */
    SEQUENCE,
    /** One of the categories, as text; becomes 1 in its place and 0 in the others'. */
    CATEGORY,
    /** One of the classes, as its id, a boolean, or as text its name; becomes the id. */
    CLASS,
    /** One of the classes, as its name: text, or a number where all names are; becomes the id. */
    NAMED_CLASS,
    /** Unsigned bytes, of a fixed number. */
    BYTES,
    /** A picture file's content; becomes (height, width, channels) of unsigned bytes. */
    IMAGE
  }

  /** Copies the lists. */
  public Feature {
    dimensions = List.copyOf(dimensions);
    categories = List.copyOf(categories);
  }

  /** Returns a column of single numbers. */
  static Feature number(String column) {
    return new Feature(column, Kind.NUMBER, List.of(), List.of());
  }

  /** Returns a column of {@code length} numbers a row. */
  static Feature numbers(String column, int length) {
    return new Feature(column, Kind.NUMBERS, List.of(length), List.of());
  }

  /** Returns a column of sequences of at most {@code time} steps of {@code features} numbers. */
  static Feature sequence(String column, int time, int features) {
    return new Feature(column, Kind.SEQUENCE, List.of(time, features), List.of());
  }

  /** Returns a one-hot column. */
  static Feature category(String column, List<String> categories) {
    return new Feature(column, Kind.CATEGORY, List.of(categories.size()), categories);
  }

  /** Returns a column of the names of classes. */
  static Feature namedClasses(String column, List<String> classes) {
    return new Feature(column, Kind.NAMED_CLASS, List.of(), classes);
  }

  /** Returns the same as an array: a class at each of at most so many steps. */
  Feature atEveryStep(int time) {
    return new Feature(column, kind, List.of(time), categories);
  }

  /** Returns a number as {@link #idsByNumber} has it: 1 and 1.0 are the same. */
  static Optional<BigDecimal> parsed(Object text) {
    try {
      return Optional.of(new BigDecimal(text.toString().strip()).stripTrailingZeros());
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Returns the ids by the numbers that the names are; empty unless all are, and all differ. */
  HashMap<BigDecimal, Integer> idsByNumber() {
    HashMap<BigDecimal, Integer> ids = new HashMap<>();
    for (String name : categories) {
      parsed(name).ifPresent(number -> ids.putIfAbsent(number, ids.size()));
    }
    return ids.size() == categories.size() ? ids : new HashMap<>();
  }

  /** Returns a column of the ids of classes. */
  static Feature classes(String column, List<String> classes) {
    return new Feature(column, Kind.CLASS, List.of(), classes);
  }

  /** Returns how many numbers a value becomes. */
  public int width() {
    return dimensions.stream().reduce(1, Math::multiplyExact);
  }
}
