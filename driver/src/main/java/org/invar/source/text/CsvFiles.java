package org.invar.source.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.source.files.SourceFiles;

/**
 * CSV as RFC 4180 has it: every column is text as it stands in its file, null where nothing stands.
 */
public final class CsvFiles {
  private static final List<String> ENDINGS = List.of("csv", "tsv", "psv");

  /** Spark takes seconds for some ten thousand, and hours for millions. */
  private static final int MOST_COLUMNS = 100_000;

  private static final String NO_HEADER =
      "Where the first line is a row, set options: {header: false}.";

  private final String path;
  private final SourceFiles files;
  private final CsvOptions options;
  private final TextParts parts;

  private CsvFiles(String path, SourceFiles files, CsvOptions options, TextParts parts) {
    this.path = path;
    this.files = files;
    this.options = options;
    this.parts = parts;
  }

  /**
   * Opens files, and reads their headers.
   *
   * @param path a file, a folder or a pattern
   * @param options those of Spark's CSV that mean something here
   * @throws InvarException when there are no files, their headers differ in more than order, or an
   *     option is unknown
   */
  public static TextTable open(SparkSession spark, String path, Map<String, String> options) {
    return open(spark, path, options, TextParts.PART_BYTES);
  }

  static TextTable open(
      SparkSession spark, String path, Map<String, String> options, int partBytes) {
    CsvOptions csv = CsvOptions.of(path, options);
    var hadoop = spark.sparkContext().hadoopConfiguration();
    SourceFiles files = SourceFiles.of(path, ENDINGS, csv.options().lookup(), hadoop);
    var format = FilePart.Format.of(csv.grammar(), csv.options().charset(), csv.nullText());
    var parts = new TextParts(spark, files.files(), format, partBytes);
    return new CsvFiles(path, files, csv, parts).table(spark);
  }

  private TextTable table(SparkSession spark) {
    List<List<String>> headers = new ArrayList<>();
    for (int file = 0; file < files.files().size(); file++) {
      headers.add(header(file));
    }
    List<String> names =
        headers.stream().filter(header -> !header.isEmpty()).findFirst().orElse(List.of());
    if (names.isEmpty()) {
      throw InvarException.of(
          path, "a table with columns", "no line in it", "Name another source.");
    }
    int[][] orders = new int[headers.size()][];
    for (int file = 0; file < orders.length; file++) {
      orders[file] =
          headers.get(file).isEmpty() ? new int[0] : order(file, names, headers.get(file));
    }
    List<String> all = new ArrayList<>(names);
    all.addAll(files.partitions());
    ColumnNames.requireDistinct(files.files().get(0).shown(), all, NO_HEADER);
    StructType columns =
        DataTypes.createStructType(
            all.stream()
                .map(name -> DataTypes.createStructField(name, DataTypes.StringType, true))
                .toList());
    var rows = new CsvRows(names, orders, options.header(), all.size());
    JavaRDD<Row> records = parts.rows(rows);
    return new TextTable(
        spark.createDataFrame(records, RowOrigin.behind(columns)),
        records,
        columns,
        files.partitions(),
        Map.of(),
        files.notes());
  }

  /** The columns of a file, in its order; none where it has no record. */
  private List<String> header(int file) {
    TextRecord first = parts.starts().get(file).first();
    if (first == null) {
      return List.of();
    }
    Fault fault = first.fault();
    String place = files.files().get(file).shown() + ", line " + first.line();
    if (fault != null) {
      throw InvarException.of(place, fault.expected(), fault.found(), fault.remedy());
    }
    if (first.fields().size() > MOST_COLUMNS) {
      throw InvarException.of(
          place,
          "at most " + MOST_COLUMNS + " columns",
          String.valueOf(first.fields().size()),
          "Write wide rows as arrays (Parquet) or as LibSVM.");
    }
    List<String> names = new ArrayList<>();
    for (String field : first.fields()) {
      // As Spark calls a column without a name.
      names.add(
          options.header() && field != null && !field.isEmpty() ? field : "_c" + names.size());
    }
    if (names.stream().anyMatch(name -> name.indexOf('\0') >= 0)) {
      throw InvarException.of(
          place,
          "the names of columns",
          "text with zeros in it",
          "Name the file's encoding, for example options: {encoding: UTF-16LE}, or another file.");
    }
    ColumnNames.requireDistinct(place, names, NO_HEADER);
    return names;
  }

  /** Returns where each of the names stands in a file. */
  private int[] order(int file, List<String> names, List<String> header) {
    if (!options.header()) {
      return IntStream.range(0, names.size()).toArray();
    }
    if (!new HashSet<>(names).equals(new HashSet<>(header))) {
      throw InvarException.of(
          files.files().get(file).shown(),
          "the columns " + names + ", as " + files.files().get(0).shown() + " has",
          header.toString(),
          "Give all files of a source the same columns, in any order, or name only files that"
              + " belong together (options: {pathGlobFilter: '*.csv'}).");
    }
    Map<String, Integer> places = new HashMap<>();
    header.forEach(name -> places.put(name, places.size()));
    return names.stream().mapToInt(places::get).toArray();
  }
}
