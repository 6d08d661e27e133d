package org.invar.source.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.source.files.SourceFiles;

/** JSON lines: an object a line. Its columns have the types that Spark finds in all of them. */
public final class JsonFiles {
  private static final List<String> ENDINGS = List.of("json", "jsonl", "ndjson");
  private static final List<String> OF_TYPES = List.of("primitivesAsString", "prefersDecimal");
  private static final String TEXT = "__invar_text";

  private JsonFiles() {}

  /**
   * Opens files, and looks through them for columns.
   *
   * @param path a file, a folder or a pattern
   * @param options those of Spark's JSON that mean something here
   * @throws InvarException when there are no files, they have no column, or an option is unknown
   */
  public static TextTable open(SparkSession spark, String path, Map<String, String> options) {
    return open(spark, path, options, TextParts.PART_BYTES);
  }

  static TextTable open(SparkSession spark, String path, Map<String, String> given, int partBytes) {
    var known = new ArrayList<>(OF_TYPES);
    known.add("multiLine");
    var options = new TextOptions(path, given, known);
    var hadoop = spark.sparkContext().hadoopConfiguration();
    SourceFiles files = SourceFiles.of(path, ENDINGS, options.lookup(), hadoop);
    var format = FilePart.Format.of(Grammar.lines(), options.charset(), null);
    var parts = new TextParts(spark, files.files(), format, partBytes);
    StructType partitions = new StructType();
    for (String name : files.partitions()) {
      partitions = partitions.add(name, DataTypes.StringType);
    }
    StructType lines = new StructType().add(TEXT, DataTypes.StringType);
    for (StructField partition : partitions.fields()) {
      lines = lines.add(partition);
    }
    Dataset<Row> texts =
        spark.createDataFrame(parts.rows(new JsonRows(lines.size())), RowOrigin.behind(lines));
    StructType columns = columns(spark, path, texts, options);
    return new TextTable(
        parsed(texts, columns, files.partitions()),
        null,
        withAll(columns, partitions),
        files.partitions(),
        Map.of(),
        files.notes());
  }

  private static StructType withAll(StructType columns, StructType more) {
    StructType all = columns;
    for (StructField field : more.fields()) {
      all = all.add(field);
    }
    return all;
  }

  private static StructType columns(
      SparkSession spark, String path, Dataset<Row> texts, TextOptions options) {
    var reader = spark.read().option("mode", "FAILFAST");
    for (String name : OF_TYPES) {
      reader.option(name, options.flag(name, false));
    }
    Dataset<String> good =
        texts.where(texts.col(TEXT).isNotNull()).select(TEXT).as(Encoders.STRING());
    StructType columns = reader.json(good).schema();
    if (columns.isEmpty()) {
      throw InvarException.of(
          path, "JSON objects with fields, one a line", "none", "Name another source.");
    }
    ColumnNames.requireDistinct(path, List.of(columns.fieldNames()), "");
    return columns;
  }

  private static Dataset<Row> parsed(
      Dataset<Row> texts, StructType columns, List<String> partitions) {
    Column object = functions.from_json(texts.col(TEXT), columns, Map.of("mode", "FAILFAST"));
    Dataset<Row> objects = texts.withColumn(TEXT, object);
    List<Column> selected = new ArrayList<>();
    for (String name : columns.fieldNames()) {
      selected.add(objects.col(TEXT).getField(name).as(name));
    }
    for (String name : partitions) {
      selected.add(objects.col("`" + name.replace("`", "``") + "`"));
    }
    for (String name : List.of(RowOrigin.FILE, RowOrigin.LINE, RowOrigin.FAULT)) {
      selected.add(objects.col(name));
    }
    return objects.select(selected.toArray(new Column[0]));
  }
}
