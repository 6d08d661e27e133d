package org.invar.source;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/**
 * A source that was opened: its rows as Spark has them, not yet read.
 *
 * @param name what messages call it: its path or format
 * @param rows the rows
 * @param pixels the feature of a source of pictures, whose label column is {@code label}; null for
 *     tables
 * @param files whether the rows are read from files that Spark can name
 */
public record Input(String name, Dataset<Row> rows, @Nullable Feature pixels, boolean files) {
  /** A pattern of Hadoop's, which knows no other way to leave the case open. */
  private static final String PICTURE_FILES =
      "*.{[pP][nN][gG],[jJ][pP][gG],[jJ][pP][eE][gG],[gG][iI][fF],[bB][mM][pP]}";

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
      return images(spark, images);
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

  /**
   * Returns the rows, where they are read from files with columns behind the others that say where
   * each stands, for messages.
   */
  public Dataset<Row> located() {
    return RowPlace.located(this, List.of(rows.columns()));
  }

  private static Input images(SparkSession spark, DataSource.Images images) {
    requirePath(spark, images.path(), "a folder of pictures");
    Dataset<Row> files =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .option("pathGlobFilter", PICTURE_FILES)
            .load(images.path());
    Dataset<Row> rows =
        files.select(
            files.col("path"),
            functions.regexp_extract(files.col("path"), "([^/]+)/[^/]+$", 1).as("label"),
            files.col("content"));
    List<Integer> dimensions =
        List.of(images.size().height(), images.size().width(), images.channels());
    var pixels = new Feature("content", Feature.Kind.IMAGE, dimensions, List.of());
    return new Input(images.path(), rows, pixels, true);
  }

  /**
   * Refuses a folder of pictures some of which lie in no class's folder; does nothing for other
   * sources.
   */
  void requireClassFolders() {
    if (pixels == null || pixels.kind() != Feature.Kind.IMAGE) {
      return;
    }
    try {
      Path root = new Path(name);
      FileSystem system =
          root.getFileSystem(rows.sparkSession().sparkContext().hadoopConfiguration());
      // A pattern has no root: what it matches may well be the classes' folders.
      if (!system.exists(root) || !system.getFileStatus(root).isDirectory()) {
        return;
      }
      var pattern = new GlobFilter(PICTURE_FILES);
      for (FileStatus file : system.listStatus(root)) {
        String fileName = file.getPath().getName();
        // As Spark does, which reads no hidden files.
        boolean hidden = fileName.startsWith(".") || fileName.startsWith("_");
        if (file.isFile() && !hidden && pattern.accept(file.getPath())) {
          throw InvarException.of(
              name,
              "pictures in folders that are named after their classes",
              fileName + " in none",
              "Move it to the folder of its class, or name the folder above.");
        }
      }
    } catch (IOException e) {
      throw new InvarException(
          name + ": expected a folder of pictures, but it cannot be read: " + e.getMessage(), e);
    }
  }

  private static Input table(SparkSession spark, DataSource.Table table) {
    String path = table.path();
    String name = path == null ? "source " + table.format() : path;
    if (path != null) {
      requirePath(spark, path, "a file or folder of format " + table.format());
    }
    var reader = spark.read().format(table.format());
    if (table.format().equalsIgnoreCase("csv")) {
      // A quote within quotes is doubled, as RFC 4180 has it; Spark's own way is a backslash.
      reader.option("header", "true").option("inferSchema", "true").option("escape", "\"");
    }
    reader.options(table.options());
    Dataset<Row> rows =
        SparkFailures.explained(name, () -> path == null ? reader.load() : reader.load(path));
    return new Input(name, rows, null, path != null);
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
