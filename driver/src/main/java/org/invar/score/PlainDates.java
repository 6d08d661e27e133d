package org.invar.score;

import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Dates as timestamps without a zone while rows are objects. Spark makes a java.sql.Date with
 * reflection on a class of the JDK's own, which plain Java 17 refuses.
 */
final class PlainDates {
  private PlainDates() {}

  /** Returns the schema with a timestamp for every date, nested ones too. */
  static StructType without(StructType schema) {
    return (StructType) without((DataType) schema);
  }

  private static DataType without(DataType type) {
    if (type instanceof DateType) {
      return DataTypes.TimestampNTZType;
    }
    if (type instanceof ArrayType array) {
      return DataTypes.createArrayType(without(array.elementType()), array.containsNull());
    }
    if (type instanceof MapType map) {
      return DataTypes.createMapType(
          without(map.keyType()), without(map.valueType()), map.valueContainsNull());
    }
    return type instanceof StructType struct
        ? DataTypes.createStructType(
            Arrays.stream(struct.fields())
                .map(
                    field ->
                        new StructField(
                            field.name(),
                            without(field.dataType()),
                            field.nullable(),
                            field.metadata()))
                .toList())
        : type;
  }

  /** Returns the rows with columns of the schema's types; they have its names, in its order. */
  static Dataset<Row> cast(Dataset<Row> rows, StructType schema) {
    if (rows.schema().equals(schema)) {
      return rows;
    }
    return rows.select(
        Arrays.stream(schema.fields()).map(field -> cast(rows, field)).toArray(Column[]::new));
  }

  private static Column cast(Dataset<Row> rows, StructField to) {
    Column column = rows.col("`" + to.name().replace("`", "``") + "`");
    boolean same = rows.schema().apply(to.name()).dataType().equals(to.dataType());
    return same ? column : column.cast(to.dataType()).as(to.name(), to.metadata());
  }
}
