package org.invar.source;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.Type;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.InvarException;

/**
 * The columns of a Parquet table's files, which Spark takes from one of them: what another one does
 * not have would be null there.
 */
final class ParquetParts {
  private static final String REMEDY =
      "Write all files of a table with the same columns, name files that belong together, or set"
          + " options: {mergeSchema: true}, which leaves holes.";

  private ParquetParts() {}

  /**
   * Refuses files whose columns differ in more than order, and those that are damaged.
   *
   * @param files as Spark names them
   */
  static void requireSameColumns(SparkSession spark, String[] files) {
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    var hadoop = new SerializableConfiguration(context.hadoopConfiguration());
    List<String> paths = Arrays.stream(files).sorted().toList();
    if (paths.size() < 2) {
      return;
    }
    int tasks = Math.min(paths.size(), 4 * context.defaultParallelism());
    List<String> columns =
        context
            .parallelize(paths, tasks)
            .map(path -> String.join(", ", columns(path, hadoop.value())))
            .collect();
    for (int i = 1; i < columns.size(); i++) {
      if (!columns.get(i).equals(columns.get(0))) {
        throw InvarException.of(
            paths.get(i),
            "the columns " + columns.get(0) + ", as " + paths.get(0) + " has",
            columns.get(i),
            REMEDY);
      }
    }
  }

  private static List<String> columns(String path, Configuration hadoop) {
    Map<String, String> columns = new TreeMap<>();
    try (var reader = ParquetFileReader.open(HadoopInputFile.fromPath(new Path(path), hadoop))) {
      for (Type column : reader.getFileMetaData().getSchema().getFields()) {
        columns.put(column.getName(), type(column));
      }
    } catch (IOException | RuntimeException e) {
      // Its own exceptions for damaged files are of both kinds.
      throw new InvarException(
          path + ": expected a whole Parquet file, found " + e.getMessage() + ". Write it again.",
          e);
    }
    return columns.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
  }

  /** Returns a type whatever may be null. */
  private static String type(Type type) {
    String kind =
        type.isPrimitive()
            ? type.asPrimitiveType().getPrimitiveTypeName().toString()
            : type.asGroupType().getFields().stream().map(ParquetParts::type).toList().toString();
    return type.getLogicalTypeAnnotation() == null
        ? kind
        : kind + " " + type.getLogicalTypeAnnotation();
  }
}
