package org.invar.source;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.StructField;
import org.invar.InvarException;

/**
 * What single columns of the training source are read as: numbers, arrays of them, categories.
 *
 * @param input the training source
 * @param found what those columns hold that were looked at
 */
record ValueColumns(Input input, Profile found) {
  /** The rows that say how long arrays are. */
  private static final int FIRST_ROWS = 100;

  private String place(String column) {
    return input.name() + ", column " + Names.shown(column);
  }

  private StructField field(String column) {
    return input.rows().schema().apply(column);
  }

  /** Returns a one-hot column. */
  Feature category(String column) {
    ColumnProfile values = found.of(column);
    if (values.isOverLimit()) {
      throw InvarException.of(
          place(column),
          String.format(
              Locale.ROOT,
              "at most %,d categories in oneHot, each of which is an input",
              Profile.Use.CATEGORIES.limit),
          "more different values",
          "Leave it out, or give its rare values one name; so many are for an embedding, by number,"
              + " and not for oneHot.");
    }
    if (values.values() == 0) {
      throw InvarException.of(place(column), "values", "none", "Name another source or column.");
    }
    return Feature.category(
        column,
        ColumnTypes.isText(field(column).dataType()) ? ValueType.TEXT : values.type(),
        values.distinct().keySet().stream().sorted(ClassLabels.BY_CODE_POINT).toList());
  }

  /** Returns a column of single numbers, or of arrays of them. */
  Feature values(String column) {
    StructField field = field(column);
    if (ColumnTypes.isText(field.dataType())) {
      boolean truth = found.has(column) && found.of(column).type() == ValueType.BOOLEAN;
      return Feature.number(column, truth ? ValueType.BOOLEAN : ValueType.NUMBER);
    }
    if (ColumnTypes.isNumber(field.dataType())) {
      boolean truth = field.dataType() instanceof BooleanType;
      return Feature.number(column, truth ? ValueType.BOOLEAN : ValueType.NUMBER);
    }
    if (ColumnTypes.isNumbers(field.dataType())) {
      return Feature.numbers(column, length(field));
    }
    throw ColumnTypes.unsupported(input.name(), field, "numbers");
  }

  /** Returns how long the arrays of a column are. */
  int length(StructField field) {
    if (field.metadata().contains("numFeatures")) {
      return Math.toIntExact(field.metadata().getLong("numFeatures"));
    }
    Column column = ColumnTypes.column(input.rows(), field.name());
    List<Row> first =
        SparkFailures.explained(
            input.name(),
            () -> input.rows().select(column).where(column.isNotNull()).takeAsList(FIRST_ROWS));
    // The most frequent one, not the first: that may be the row which is wrong.
    TreeMap<Integer, Long> lengths = new TreeMap<>();
    for (Row row : first) {
      List<?> elements = NumberArray.elements(row.get(0));
      lengths.merge(elements == null ? 0 : elements.size(), 1L, Long::sum);
    }
    return lengths.entrySet().stream()
        .filter(entry -> entry.getKey() > 0)
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElseThrow(
            () ->
                InvarException.of(
                    place(field.name()),
                    "arrays of numbers",
                    first.isEmpty() ? "none" : "empty ones",
                    "Name another column."));
  }
}
