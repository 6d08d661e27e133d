package org.invar.source;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A column of the rows, ready to be read: what its values are as numbers.
 *
 * @param index of the column in the rows
 * @param feature what the column holds; not a picture's bytes
 * @param categories the ids of categories and classes by name
 * @param numbers the ids of classes whose names are numbers
 */
record ColumnReader(
    int index,
    Feature feature,
    HashMap<String, Integer> categories,
    HashMap<BigDecimal, Integer> numbers)
    implements Serializable {
  private static final int MOST_CLASSES = 1 << 20;

  /** Returns the reader of a column. */
  static ColumnReader of(int index, Feature feature) {
    HashMap<String, Integer> categories = new HashMap<>();
    for (String category : feature.categories()) {
      categories.put(category, categories.size());
    }
    return new ColumnReader(index, feature, categories, feature.idsByNumber());
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
      case NUMBER -> out[at] = number(feature.column(), value);
      case NUMBERS -> NumberArray.of(feature, value).copy(out, at);
      case SEQUENCE -> NumberArray.of(feature, value).requireSteps(length).copy(out, at);
      case CATEGORY -> out[at + category(feature.column(), value)] = 1;
      case CLASS, NAMED_CLASS -> classes(value, length, out, at);
      case BYTES, IMAGE -> throw new IllegalStateException(feature + " beside other features");
    }
  }

  static double number(String column, @Nullable Object value) {
    if (value instanceof Boolean yes) {
      return yes ? 1 : 0;
    }
    double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
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
      case CLASS, NAMED_CLASS -> steps ? length : feature.width();
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
      out[at] = classOf(feature.column(), value);
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
      out[at + t] = classOf(feature.column() + "[" + t + "]", entries.get(t));
    }
  }

  private int classOf(String column, @Nullable Object value) {
    return feature.kind() == Feature.Kind.CLASS
        ? classId(column, value)
        : namedClass(column, value);
  }

  private int category(String column, @Nullable Object value) {
    Integer category = value == null ? null : categories.get(value.toString());
    if (category == null) {
      throw new BadValue(column, "one of " + feature.categories(), value);
    }
    return category;
  }

  private int namedClass(String column, @Nullable Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      Object number = value instanceof Boolean yes ? (yes ? 1 : 0) : value;
      Integer id = Feature.parsed(number).map(numbers::get).orElse(null);
      if (id == null) {
        throw new BadValue(column, "one of " + feature.categories(), value);
      }
      return id;
    }
    return category(column, value);
  }

  private int classId(String column, @Nullable Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      double id = number(column, value);
      int known = feature.categories().size();
      int classes = known == 0 ? MOST_CLASSES : known;
      if (id < 0 || id >= classes || id != Math.rint(id)) {
        throw new BadValue(
            column,
            "a class, a whole number in [0, " + classes + ") as the network has outputs",
            value);
      }
      return (int) id;
    }
    return category(column, value);
  }
}
