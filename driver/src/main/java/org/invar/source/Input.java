package org.invar.source;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.source.files.LeftOut;
import org.invar.source.text.CsvFiles;
import org.invar.source.text.JsonFiles;
import org.invar.source.text.LibSvmFiles;
import org.invar.source.text.RowOrigin;
import org.invar.source.text.TextTable;
import org.jspecify.annotations.Nullable;

/**
 * A source that was opened: its rows as Spark has them, not yet read.
 *
 * @param name what messages call it: its path or format
 * @param rows the rows
 * @param pixels the feature of a source of pictures, whose label column is {@code label}; null for
 *     tables
 * @param files whether the rows are read from files that Spark can name
 * @param notes what the user should know of what is not read, a sentence each
 * @param text the same rows where they are of text files, with each one's line; null for others
 */
public record Input(
    String name,
    Dataset<Row> rows,
    @Nullable Feature pixels,
    boolean files,
    List<String> notes,
    @Nullable TextTable text) {
  /** The column of a source of pictures that has their classes. */
  static final String LABEL = "label";

  /** Makes a source that is no text, of which nothing is left out. */
  Input(String name, Dataset<Row> rows, @Nullable Feature pixels, boolean files) {
    this(name, rows, pixels, files, List.of(), null);
  }

  /** Makes a source that is no text. */
  Input(
      String name, Dataset<Row> rows, @Nullable Feature pixels, boolean files, List<String> notes) {
    this(name, rows, pixels, files, notes, null);
  }

  /** Returns the rows with the columns of {@link RowOrigin}, or null where there are none. */
  @Nullable Dataset<Row> placed() {
    return text == null ? null : text.rows();
  }

  /** Returns the rows of a dataset, whatever they come from. */
  public static Input of(Dataset<Row> rows) {
    return new Input("the given dataset", rows, null, false);
  }

  /**
   * Opens a source, without reading its rows.
   *
   * @throws InvarException when it is not there or not what its format says
   */
  public static Input open(SparkSession spark, DataSource source) {
    if (source instanceof DataSource.Idx idx) {
      return IdxFiles.open(spark, idx.images(), idx.labels());
    }
    if (source instanceof DataSource.Images images) {
      return PictureFiles.open(spark, images);
    }
    if (source instanceof DataSource.Table table) {
      return table(spark, table);
    }
    return DigitsFile.open(spark);
  }

  /**
   * Opens an IDX file of images without labels, for prediction.
   *
   * @throws InvarException when it is not there or not what its format says
   */
  public static Input unlabeledIdx(SparkSession spark, String images) {
    return IdxFiles.open(spark, images, null);
  }

  /** Returns the names of the columns that a table of predictions keeps: all but pixels. */
  public List<String> kept() {
    return Arrays.stream(rows.columns())
        .filter(column -> pixels == null || !column.equals(pixels.column()))
        .toList();
  }

  /** Returns the options that make other files mean what this source's do. */
  public Map<String, String> reading() {
    return text == null ? Map.of() : text.reading();
  }

  /** Returns the columns that are not in the files but in the names of their folders. */
  List<String> folderColumns() {
    if (text != null) {
      return text.partitions();
    }
    return files ? PartitionColumns.of(rows) : List.of();
  }

  /**
   * Returns the rows, where they are read from files with columns behind the others that say where
   * each stands, for messages.
   */
  public Dataset<Row> located() {
    return RowPlace.located(this, List.of(rows.columns()));
  }

  /** Returns whether the rows are picture files, one each. */
  boolean isPictures() {
    return pixels != null && pixels.kind() == Feature.Kind.IMAGE;
  }

  /**
   * Refuses a folder of pictures some of which lie in no class's folder; does nothing for other
   * sources.
   */
  void requireClassFolders() {
    if (isPictures()) {
      PictureFiles.requireClassFolders(rows.sparkSession(), name);
    }
  }

  private static Input table(SparkSession spark, DataSource.Table table) {
    String path = table.path();
    String name = path == null ? "source " + table.format() : path;
    if (path != null) {
      requirePath(spark, path, "a file or folder of format " + table.format());
    }
    if (path != null && isText(table)) {
      TextTable text = SparkFailures.explained(name, () -> text(spark, table, path));
      return new Input(name, text.good(), null, true, text.notes(), text);
    }
    var reader = spark.read().format(table.format());
    if (table.format().equalsIgnoreCase("json")) {
      reader.option("mode", "FAILFAST"); // Otherwise what is no JSON becomes a column.
    }
    reader.options(table.options());
    Dataset<Row> rows =
        SparkFailures.explained(name, () -> path == null ? reader.load() : reader.load(path));
    boolean merged = table.options().keySet().stream().anyMatch("mergeSchema"::equalsIgnoreCase);
    if (path != null && table.format().equalsIgnoreCase("parquet") && !merged) {
      SparkFailures.explained(
          name,
          () -> {
            ParquetParts.requireSameColumns(spark, rows.inputFiles());
            return name;
          });
    }
    List<String> notes =
        path == null
            ? List.of()
            : LeftOut.ofTable(spark, path)
                .notes(
                    name, "Their names begin with an underscore; rename those that are to count.");
    StructType folders = PartitionColumns.asText(rows);
    Dataset<Row> read =
        path == null || folders.equals(rows.schema())
            ? rows
            : SparkFailures.explained(name, () -> reader.schema(folders).load(path));
    return new Input(name, read, null, path != null, notes);
  }

  private static boolean isText(DataSource.Table table) {
    return switch (table.format().toLowerCase(Locale.ROOT)) {
      case "csv", "libsvm" -> true;
      case "json" ->
          table.options().entrySet().stream()
              .noneMatch(
                  option ->
                      option.getKey().equalsIgnoreCase("multiLine")
                          && option.getValue().equalsIgnoreCase("true"));
      default -> false;
    };
  }

  private static TextTable text(SparkSession spark, DataSource.Table table, String path) {
    return switch (table.format().toLowerCase(Locale.ROOT)) {
      case "csv" -> CsvFiles.open(spark, path, table.options());
      case "json" -> JsonFiles.open(spark, path, table.options());
      default -> LibSvmFiles.open(spark, path, table.options());
    };
  }

  /** Refuses a path, or a pattern, under which nothing lies. */
  static void requirePath(SparkSession spark, String path, String expected) {
    FileStatus[] found;
    try {
      Path pattern = new Path(path);
      found = pattern.getFileSystem(spark.sparkContext().hadoopConfiguration()).globStatus(pattern);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvarException(
          path + ": expected " + expected + ", but it cannot be read: " + e.getMessage(), e);
    }
    if (found == null || found.length == 0) {
      throw InvarException.of(path, expected, "nothing", "Correct the path.");
    }
  }
}
