package org.invar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.source.Feature;
import org.invar.source.Preprocessing;
import org.invar.source.Targets;

/**
 * Predictions in columns that CSV can hold: arrays that prediction added become one column a class
 * or label, {@code probability_NAME}; arrays, vectors, maps and structs of the input, and
 * predictions of every step, become JSON text, bytes Base64.
 */
final class FlatColumns {
  private FlatColumns() {}

  /**
   * Returns the same rows in flat columns.
   *
   * @param scored rows with predictions, whose columns are the last ones
   * @param model what they were predicted by
   */
  static Dataset<Row> of(Dataset<Row> scored, Preprocessing model) {
    StructField[] fields = scored.schema().fields();
    int added = model.targets() == Targets.VALUES ? 1 : 2;
    List<Column> columns = new ArrayList<>();
    NavigableSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 0; i < fields.length; i++) {
      String name = fields[i].name();
      Column column = scored.col("`" + name.replace("`", "``") + "`");
      boolean several = fields[i].dataType() instanceof ArrayType && !everyStep(model);
      if (i >= fields.length - added && several) {
        List<String> outputs = outputs(model);
        for (int output = 0; output < outputs.size(); output++) {
          String own = name + "_" + outputs.get(output);
          requireNew(names, own);
          columns.add(column.getItem(output).as(own));
        }
      } else {
        requireNew(names, name);
        columns.add(flat(column, fields[i].dataType()).as(name));
      }
    }
    return scored.select(columns.toArray(new Column[0]));
  }

  /** Refuses a name that Spark cannot tell from another one. */
  private static void requireNew(NavigableSet<String> names, String name) {
    if (!names.add(name)) {
      throw InvarException.of(
          "the predictions as CSV",
          "columns whose names differ in more than case",
          "\"" + names.floor(name) + "\" and \"" + name + "\"",
          "Write parquet or json (--out-format), which have one column of all probabilities, or give"
              + " a --prefix.");
    }
  }

  /** Whether a label has an entry for each step of its row. */
  private static boolean everyStep(Preprocessing model) {
    Feature label = model.labels().get(0);
    return label.kind() == Feature.Kind.SEQUENCE
        || (model.targets().areClasses() && !label.dimensions().isEmpty());
  }

  private static Column flat(Column column, DataType type) {
    if (type.equals(SQLDataTypes.VectorType())) {
      return org.apache.spark.sql.functions.to_json(functions.vector_to_array(column, "float64"));
    }
    if (type instanceof BinaryType) {
      return org.apache.spark.sql.functions.base64(column);
    }
    boolean nested =
        type instanceof ArrayType || type instanceof MapType || type instanceof StructType;
    return nested ? org.apache.spark.sql.functions.to_json(column) : column;
  }

  /** A name for every output: its class, or its label column, numbered where that is an array. */
  private static List<String> outputs(Preprocessing model) {
    if (!model.classes().isEmpty()) {
      return model.classes();
    }
    List<String> names = new ArrayList<>();
    for (Feature label : model.labels()) {
      if (label.dimensions().isEmpty()) {
        names.add(label.column());
      } else {
        IntStream.range(0, label.width()).forEach(i -> names.add(label.column() + "_" + i));
      }
    }
    return names;
  }
}
