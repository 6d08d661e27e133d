package org.invar.source;

import java.io.Serializable;
import java.util.List;

/**
 * A column and how its values become numbers; labels are described likewise.
 *
 * @param column the column's name
 * @param kind what it holds
 * @param dimensions of one value's tensor; empty is one number
 * @param categories of kind {@code CATEGORY} and {@code CLASS}: the values, in order; empty for
 *     classes that are numbers of which the highest is not yet known
 */
public record Feature(String column, Kind kind, List<Integer> dimensions, List<String> categories)
    implements Serializable {
  /** What a column holds. */
  public enum Kind {
    /** A number or a boolean (1 for true). */
    NUMBER,
    /** An array of numbers, or a vector of spark.ml, of a fixed length. */
    NUMBERS,
    /** One of the categories, as text; becomes 1 in its place and 0 in the others'. */
    CATEGORY,
    /** One of the classes, as text, as its id, or a boolean; becomes the id. */
    CLASS,
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

  /** Returns a one-hot column. */
  static Feature category(String column, List<String> categories) {
    return new Feature(column, Kind.CATEGORY, List.of(categories.size()), categories);
  }

  /** Returns a column of classes. */
  static Feature classes(String column, List<String> classes) {
    return new Feature(column, Kind.CLASS, List.of(), classes);
  }

  /** Returns how many numbers a value becomes. */
  public int width() {
    return dimensions.stream().reduce(1, Math::multiplyExact);
  }
}
