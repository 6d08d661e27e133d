package org.invar.source;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column of the rows, ready to be read: what its values are as numbers.
 *
 * @param index of the column in the rows
 * @param feature what the column holds; not a picture's bytes
 * @param ids the places of categories and classes, by {@link ValueType#key}
 */
record ColumnReader(int index, Feature feature, HashMap<Object, Integer> ids)
    implements Serializable {
  private static final int MOST_SHOWN = 20;

  /** Returns the reader of a column. */
  static ColumnReader of(int index, Feature feature) {
    return new ColumnReader(index, feature, feature.ids());
  }

  /**
   * Writes the numbers of a value, or throws {@link BadValue} when it cannot be used.
   *
   * @param length the steps that an array with an entry a step must have; 0 where rows have no
   *     lengths
   * @param out has zeros where the value's {@code width(length)} numbers go
   */
  void read(@Nullable Object value, int length, double[] out, int at) {
    switch (feature.kind()) {
      case NUMBER -> out[at] = number(feature.column(), value, feature.values());
      case NUMBERS -> NumberArray.of(feature, value).copy(out, at);
      case SEQUENCE -> NumberArray.of(feature, value).requireSteps(length).copy(out, at);
      case CATEGORY -> out[at + id(feature.column(), value)] = 1;
      case CLASS -> classes(value, length, out, at);
      case BYTES, IMAGE -> throw new IllegalStateException(feature + " beside other features");
    }
  }

  /** Returns a number that is typed, or is text, or is a boolean's where that is the type. */
  static double number(String column, @Nullable Object value, ValueType type) {
    double number =
        value instanceof Number typed
            ? typed.doubleValue()
            : value instanceof String text ? Numerals.parse(text) : Double.NaN;
    if (value instanceof Boolean || (type == ValueType.BOOLEAN && value instanceof String)) {
      Boolean yes = ValueType.truth(value);
      number = yes == null ? Double.NaN : yes ? 1 : 0;
    }
    if (!Double.isFinite(number)) {
      throw new BadValue(column, "a finite number", value);
    }
    return number;
  }

  /** Returns how many numbers a value becomes in a row of so many steps; 0 without lengths. */
  int width(int length) {
    boolean steps = length > 0 && !feature.dimensions().isEmpty();
    return switch (feature.kind()) {
      case SEQUENCE -> length * feature.dimensions().get(1);
      case CLASS -> steps ? length : feature.width();
      default -> feature.width();
    };
  }

  /** Returns the name of the column, or of an entry of its arrays. */
  String name(int entry) {
    return feature.width() == 1 ? feature.column() : feature.column() + "[" + entry + "]";
  }

  /** Writes the id of a row's class, or of its class at every step. */
  private void classes(@Nullable Object value, int length, double[] out, int at) {
    if (feature.dimensions().isEmpty()) {
      out[at] = id(feature.column(), value);
      return;
    }
    int steps = length > 0 ? length : feature.width();
    List<?> entries = NumberArray.elements(value);
    if (entries == null || entries.size() != steps) {
      throw new BadValue(
          feature.column(),
          "an array of %d classes, one for each step of the row".formatted(steps),
          entries == null ? value : entries.size() + " entries");
    }
    for (int t = 0; t < steps; t++) {
      out[at + t] = id(feature.column() + "[" + t + "]", entries.get(t));
    }
  }

  private int id(String column, @Nullable Object value) {
    Object key = value == null ? null : feature.values().key(value);
    Integer id = key == null ? null : ids.get(key);
    if (id == null) {
      throw new BadValue(column, expected(), value);
    }
    return id;
  }

  private String expected() {
    List<String> all = feature.categories();
    if (feature.kind() == Feature.Kind.CLASS && feature.areIds()) {
      return "a class, a whole number in [0, " + all.size() + ") as the network has outputs";
    }
    return all.size() <= MOST_SHOWN
        ? "one of " + Names.shown(all)
        : "one of " + all.size() + " values, " + Names.some(all) + ", as in training";
  }
}
