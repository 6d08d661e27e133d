package org.invar.source;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.source.text.TextTable;

/**
 * Some columns of a source's rows and where each row stands, ready to be gone through.
 *
 * @param schema of the rows
 * @param rows each with its schema
 */
record Located(StructType schema, JavaRDD<Row> rows) {
  /**
   * Returns the named columns of an input. Rows of text are taken as they were read: Spark would
   * compile code for every column on their way into its own form and back.
   */
  static Located of(Input input, List<String> wanted) {
    TextTable text = input.text();
    if (text == null || text.records() == null) {
      Dataset<Row> rows = RowPlace.located(input, wanted);
      return new Located(rows.schema(), rows.toJavaRDD());
    }
    Set<String> there = new LinkedHashSet<>(List.of(text.columns().fieldNames()));
    wanted.forEach(name -> Names.require(input.name(), name, there));
    Set<String> chosen = new HashSet<>(wanted);
    List<StructField> fields = new ArrayList<>();
    List<Integer> kept = new ArrayList<>();
    StructField[] all = text.rows().schema().fields();
    for (int i = 0; i < all.length; i++) {
      if (chosen.contains(all[i].name()) || RowPlace.isNoData(all[i].name())) {
        fields.add(all[i]);
        kept.add(i);
      }
    }
    StructType schema = DataTypes.createStructType(fields);
    int[] indices = kept.stream().mapToInt(Integer::intValue).toArray();
    return new Located(schema, text.records().map(row -> chosen(row, indices, schema)));
  }

  private static Row chosen(Row row, int[] indices, StructType schema) {
    Object[] values = new Object[indices.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(indices[i]);
    }
    return new GenericRowWithSchema(values, schema);
  }
}
