package org.invar.source.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.source.files.SourceFiles;

/**
 * LibSVM: {@code label index:value …}, with the columns {@code label} and {@code features}.
 *
 * <p>Indices count from 1, or, where one of a source's lines has index 0, from 0.
 */
public final class LibSvmFiles {
  /** The option of how many features there are, without which the highest index says it. */
  public static final String WIDTH = "numFeatures";

  /** The option of whether indices count from 0, without which the lowest index says it. */
  public static final String ZERO_BASED = "zeroBased";

  private static final List<String> ENDINGS = List.of("libsvm", "svm", "svmlight");

  private LibSvmFiles() {}

  /**
   * Opens files, and looks through them for the lowest and the highest index where the options say
   * neither.
   *
   * @param path a file, a folder or a pattern
   * @throws InvarException when there are no files, no index, or an option is unknown
   */
  public static TextTable open(SparkSession spark, String path, Map<String, String> options) {
    return open(spark, path, options, TextParts.PART_BYTES);
  }

  static TextTable open(SparkSession spark, String path, Map<String, String> given, int partBytes) {
    var options = new TextOptions(path, given, List.of(WIDTH, ZERO_BASED));
    int wanted = options.number(WIDTH, LibSvmLine.MOST_FEATURES);
    var hadoop = spark.sparkContext().hadoopConfiguration();
    SourceFiles files = SourceFiles.of(path, ENDINGS, options.lookup(), hadoop);
    var format = FilePart.Format.of(Grammar.lines(), options.charset(), null);
    var parts = new TextParts(spark, files.files(), format, partBytes);
    boolean known = wanted > 0 && options.text(ZERO_BASED) != null;
    Extent extent = known ? new Extent(1, wanted) : extent(path, parts);
    boolean zeroBased = options.flag(ZERO_BASED, extent.lowest() == 0);
    int width = wanted > 0 ? wanted : extent.highest() + (zeroBased ? 1 : 0);
    var metadata = new MetadataBuilder().putLong(WIDTH, width).build();
    StructType columns =
        new StructType()
            .add("label", DataTypes.DoubleType)
            .add("features", SQLDataTypes.VectorType(), true, metadata);
    for (String name : files.partitions()) {
      columns = columns.add(name, DataTypes.StringType);
    }
    List<String> notes = new ArrayList<>(files.notes());
    if (zeroBased && options.text(ZERO_BASED) == null) {
      notes.add(path + ": index 0 occurs, so indices count from 0.");
    }
    var rows = new LibSvmRows(width, zeroBased, columns.size());
    JavaRDD<Row> records = parts.rows(rows);
    return new TextTable(
        spark.createDataFrame(records, RowOrigin.behind(columns)),
        records,
        columns,
        files.partitions(),
        Map.of(WIDTH, String.valueOf(width), ZERO_BASED, String.valueOf(zeroBased)),
        notes);
  }

  /** The lowest and the highest index. */
  private record Extent(int lowest, int highest) {}

  private static Extent extent(String path, TextParts parts) {
    JavaRDD<Row> lines =
        parts.rows(
            (part, record, first) -> {
              LibSvmLine line = LibSvmRows.line(record);
              return line == null || line.fault() != null || line.indices().length == 0
                  ? null
                  : RowFactory.create(line.indices()[0], line.indices()[line.indices().length - 1]);
            });
    List<Row> extents = lines.mapPartitions(LibSvmFiles::extents).collect();
    if (extents.isEmpty()) {
      throw InvarException.of(
          path,
          "lines of LibSVM, label index:value …",
          "none with an index",
          "Name another source, or its format.");
    }
    return new Extent(
        extents.stream().mapToInt(row -> row.getInt(0)).min().orElseThrow(),
        extents.stream().mapToInt(row -> row.getInt(1)).max().orElseThrow());
  }

  private static Iterator<Row> extents(Iterator<Row> lines) {
    if (!lines.hasNext()) {
      return Collections.emptyIterator();
    }
    int lowest = Integer.MAX_VALUE;
    int highest = 0;
    while (lines.hasNext()) {
      Row line = lines.next();
      lowest = Math.min(lowest, line.getInt(0));
      highest = Math.max(highest, line.getInt(1));
    }
    return List.of(RowFactory.create(lowest, highest)).iterator();
  }
}
