package org.invar.source.text;

import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The rows of text files.
 *
 * @param rows the rows, with the columns of {@link RowOrigin} behind their own; a record that is no
 *     row has nulls and a fault
 * @param records the same rows as they are read, or null where Spark reads their columns
 * @param columns the rows' own columns
 * @param partitions the names of those that folders are
 * @param reading the options that make other files mean what these do; none of most formats
 * @param notes what the user should know of the files, a sentence each
 */
public record TextTable(
    Dataset<Row> rows,
    @Nullable JavaRDD<Row> records,
    StructType columns,
    List<String> partitions,
    Map<String, String> reading,
    List<String> notes) {
  /** Returns the rows without those that have a fault, and their own columns alone. */
  public Dataset<Row> good() {
    return rows.where(rows.col(RowOrigin.FAULT).isNull())
        .drop(RowOrigin.FILE, RowOrigin.LINE, RowOrigin.FAULT);
  }
}
