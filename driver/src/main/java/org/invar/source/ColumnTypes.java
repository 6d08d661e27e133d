package org.invar.source;

import java.util.Locale;
import java.util.Objects;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/** Which types of Spark's columns can become numbers, and how. */
final class ColumnTypes {
  private ColumnTypes() {}

  /** Returns a dataset's column, whatever characters its name has. */
  static Column column(Dataset<Row> rows, String name) {
    return rows.col("`" + name.replace("`", "``") + "`");
  }

  /** Whether the column holds one number or boolean a row. */
  static boolean isNumber(DataType type) {
    return type instanceof NumericType || type instanceof BooleanType;
  }

  /** Whether the column holds several numbers a row. */
  static boolean isNumbers(DataType type) {
    return type.equals(SQLDataTypes.VectorType())
        || (type instanceof ArrayType array && isNumber(array.elementType()));
  }

  /** Returns the type of an array's or vector's elements, or null for what is neither. */
  static @Nullable DataType elementType(DataType type) {
    if (type.equals(SQLDataTypes.VectorType())) {
      return DataTypes.DoubleType;
    }
    return type instanceof ArrayType array ? array.elementType() : null;
  }

  /** Refuses a label that is one class for a row where it has to be one a step, or the reverse. */
  static void requireSteps(String place, StructField field, boolean steps) {
    if (steps == (elementType(field.dataType()) != null)) {
      return;
    }
    throw InvarException.of(
        place + ", column " + field.name(),
        steps
            ? "an array of classes, one a step, as the network has an output at every step"
            : "one class a row, as the network has one output a row",
        field.dataType().simpleString(),
        steps
            ? "Name a column of arrays, or leave one output: no returnSequences in the last"
                + " recurrent layer, or maxOverTime or flatten in front of the last dense."
            : "Name a column of single classes, or take an output at every step: returnSequences:"
                + " true in the last recurrent layer, behind it dense.");
  }

  /** Whether the column holds text. */
  static boolean isText(DataType type) {
    return type instanceof StringType;
  }

  /** Refuses an id column whose values do not always have the same text. */
  static void requireId(String place, StructField field) {
    DataType type = field.dataType();
    boolean fits =
        isText(type)
            || type instanceof IntegralType
            || type instanceof DecimalType
            || type instanceof BooleanType;
    if (!fits) {
      throw InvarException.of(
          place + ", column " + field.name(),
          "an id: text, a whole number, a decimal or a boolean",
          type.simpleString(),
          "Cast it to a string.");
    }
  }

  /** Refuses a column that the feature cannot be read from. */
  static void require(String place, StructField field, Feature feature) {
    DataType type = field.dataType();
    if (feature.kind() == Feature.Kind.CLASS) {
      boolean steps = !feature.dimensions().isEmpty();
      requireSteps(place, field, steps);
      type = steps ? Objects.requireNonNull(elementType(type)) : type;
    }
    boolean fits =
        switch (feature.kind()) {
          case NUMBER, CATEGORY -> isNumber(type) || isText(type);
          case NUMBERS, SEQUENCE -> isNumbers(type);
          case CLASS -> isText(type) || isNumberOfClass(place, field, type, feature);
          case BYTES, IMAGE -> type instanceof BinaryType;
        };
    if (!fits) {
      throw unsupported(place, field, feature.kind().name().toLowerCase(Locale.ROOT));
    }
  }

  private static boolean isNumberOfClass(
      String place, StructField field, DataType type, Feature feature) {
    if (isNumber(type) && feature.values() == ValueType.TEXT) {
      throw InvarException.of(
          place + ", column " + field.name(),
          "text, one of the classes " + feature.categories() + ", as in training",
          field.dataType().simpleString(),
          "Cast it to a string that is written as the classes are.");
    }
    return isNumber(type);
  }

  /** Returns the refusal of a column's type. */
  static InvarException unsupported(String place, StructField field, String expected) {
    String type = field.dataType().simpleString();
    String remedy;
    if (isText(field.dataType())) {
      remedy =
          "Name it in oneHot when it holds categories, leave it out of features when it is no"
              + " input, or make it a number.";
    } else if (field.dataType() instanceof BinaryType) {
      remedy = "Decode it to an array of numbers, or read pictures with format images.";
    } else {
      remedy = "Convert it to a number or to an array of numbers, or leave it out of features.";
    }
    return InvarException.of(place + ", column " + field.name(), expected, type, remedy);
  }
}
