package org.invar.source;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import org.invar.InvarException;

/**
 * A column and how its values become numbers; labels are described likewise.
 *
 * @param column the column's name
 * @param kind what it holds
 * @param dimensions of one value's tensor; empty is one number. Of kind {@code CLASS} the steps of
 *     an array of classes; empty is one class
 * @param categories of kind {@code CATEGORY} and {@code CLASS}: the values, in order
 * @param values what its values are, or its arrays' elements; for pictures without a meaning
 */
public record Feature(
    String column, Kind kind, List<Integer> dimensions, List<String> categories, ValueType values)
    implements Serializable {
  /** What a column holds. */
  public enum Kind {
    /** A number or a boolean (1 for true), or its text. */
    NUMBER,
    /** An array of numbers, or a vector of spark.ml, of a fixed length. */
    NUMBERS,
    /**
     * A sequence: an array of numbers, or a vector of spark.ml, step by step, of any length of
     * whole steps up to the (time, features) of its dimensions; shorter ones are padded with zeros.
     */
    SEQUENCE,
    /** One of the categories; becomes 1 in its place and 0 in the others'. */
    CATEGORY,
    /** One of the classes; becomes its id, the class's place in the categories. */
    CLASS,
    /** Unsigned bytes, of a fixed number. */
    BYTES,
    /** A picture file's content; becomes (height, width, channels) of unsigned bytes. */
    IMAGE
  }

  /** Copies the lists. */
  public Feature {
    if (values == null) {
      throw new InvarException(
          "column "
              + column
              + ": expected what its values are, found nothing. An older version of Invar wrote"
              + " this: train again.");
    }
    dimensions = List.copyOf(dimensions);
    categories = List.copyOf(categories);
  }

  /** Returns a column of single numbers, or of booleans. */
  static Feature number(String column, ValueType values) {
    return new Feature(column, Kind.NUMBER, List.of(), List.of(), values);
  }

  /** Returns a column of {@code length} numbers a row. */
  static Feature numbers(String column, int length) {
    return new Feature(column, Kind.NUMBERS, List.of(length), List.of(), ValueType.NUMBER);
  }

  /** Returns a column of sequences of at most {@code time} steps of {@code features} numbers. */
  static Feature sequence(String column, int time, int features) {
    return new Feature(column, Kind.SEQUENCE, List.of(time, features), List.of(), ValueType.NUMBER);
  }

  /** Returns a one-hot column. */
  static Feature category(String column, ValueType values, List<String> categories) {
    return new Feature(column, Kind.CATEGORY, List.of(categories.size()), categories, values);
  }

  /** Returns a column of classes. */
  static Feature classes(String column, ValueType values, List<String> classes) {
    return new Feature(column, Kind.CLASS, List.of(), classes, values);
  }

  /** Returns a column of pixels, bytes of pictures or picture files. */
  static Feature pixels(String column, Kind kind, List<Integer> dimensions) {
    return new Feature(column, kind, dimensions, List.of(), ValueType.NUMBER);
  }

  /** Returns the same as an array: a class at each of at most so many steps. */
  Feature atEveryStep(int time) {
    return new Feature(column, kind, List.of(time), categories, values);
  }

  /** Returns the place of every category, by {@link ValueType#key}. */
  HashMap<Object, Integer> ids() {
    HashMap<Object, Integer> ids = new HashMap<>();
    for (int id = 0; values == ValueType.ID && id < categories.size(); id++) {
      ids.put(Numerals.exact(id), id);
    }
    for (int id = 0; id < categories.size(); id++) {
      ids.putIfAbsent(values.key(categories.get(id)), id);
    }
    return ids;
  }

  /** Returns whether classes are the numbers 0..k−1, or are given by them. */
  boolean areIds() {
    if (values == ValueType.ID) {
      return true;
    }
    for (int id = 0; id < categories.size(); id++) {
      if (values == ValueType.TEXT || !categories.get(id).equals(String.valueOf(id))) {
        return false;
      }
    }
    return true;
  }

  /** Returns how many numbers a value becomes. */
  public int width() {
    return dimensions.stream().reduce(1, Math::multiplyExact);
  }
}
