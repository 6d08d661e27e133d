package org.invar.source;

import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Where a row stands in its source, for messages: file, number, first columns.
 *
 * @param name what messages call the source
 * @param file the index of the column with the row's file, or −1
 * @param start the index of the column with the byte at which the file's part starts, or −1
 * @param columns the names of the row's columns
 */
record RowPlace(String name, int file, int start, List<String> columns) implements Serializable {
  private static final String FILE = "__invar_file";
  private static final String START = "__invar_start";
  private static final int SHOWN_COLUMNS = 3;
  private static final int SHOWN_CHARACTERS = 60;

  /** Returns the place of rows with that schema, which {@link #located} may have widened. */
  static RowPlace of(Input input, StructType rows) {
    List<String> names = Arrays.asList(rows.fieldNames());
    return new RowPlace(
        input.name(),
        names.indexOf(FILE),
        names.indexOf(START),
        names.stream()
            .filter(name -> !name.equals(FILE) && !name.equals(START))
            // The file is named already, and its bytes tell nobody anything.
            .filter(name -> !input.isPictures() || name.equals("label"))
            .toList());
  }

  /** Returns the named columns of an input, in its order, and with them where each row stands. */
  static Dataset<Row> located(Input input, List<String> wanted) {
    Dataset<Row> rows = input.rows();
    wanted.forEach(name -> Names.require(input.name(), name, Arrays.asList(rows.columns())));
    var selected =
        new ArrayList<Column>(
            Arrays.stream(rows.columns())
                .filter(wanted::contains)
                .map(name -> ColumnTypes.column(rows, name))
                .toList());
    if (input.isPictures()) {
      // As Spark's own function has it: in the form of a URI.
      selected.add(functions.replace(rows.col("path"), lit("%"), lit("%25")).as(FILE));
    } else if (input.files()) {
      selected.add(functions.input_file_name().as(FILE));
      selected.add(functions.input_file_block_start().as(START));
    }
    return rows.select(selected.toArray(new Column[0]));
  }

  /** Counts the rows of a partition, from 1 in every file. */
  final class Counter {
    private @Nullable Object current;
    private long number;

    private Counter() {}

    /** Returns the number of the partition's next row. */
    long next(Row row) {
      if (file >= 0 && !row.get(file).equals(current)) {
        current = row.get(file);
        number = 0;
      }
      return ++number;
    }
  }

  /** Returns a counter for one partition. */
  Counter counter() {
    return new Counter();
  }

  /**
   * Returns the whole message about a bad value.
   *
   * @param row the row
   * @param number the row's number in its file or partition, from 1
   * @param bad what is wrong
   */
  String message(Row row, long number, BadValue bad) {
    StringBuilder text = new StringBuilder(file < 0 ? name : path(row.getString(file)));
    text.append(", row ").append(number);
    if (file < 0) {
      text.append(" of partition ").append(TaskContext.getPartitionId());
    } else if (start >= 0 && row.getLong(start) > 0) {
      text.append(" after byte ").append(row.getLong(start));
    }
    text.append(" (");
    for (int i = 0; i < Math.min(SHOWN_COLUMNS, columns.size()); i++) {
      text.append(i == 0 ? "" : ", ").append(columns.get(i)).append('=');
      text.append(shown(row.getAs(columns.get(i))));
    }
    return text.append("), column ")
        .append(bad.column())
        .append(": ")
        .append(bad.getMessage())
        .append(". ")
        .append(bad.remedy())
        .toString();
  }

  private String path(String encoded) {
    return encoded.isEmpty()
        ? name
        : URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Returns a value as messages show it. */
  static String shown(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return bytes.length + " bytes";
    }
    if (value instanceof Seq<?> array) {
      return cut(
          CollectionConverters.asJava(array).stream()
              .limit(SHOWN_CHARACTERS)
              .map(RowPlace::shown)
              .collect(Collectors.joining(", ", "[", "]")));
    }
    return cut(String.valueOf(value));
  }

  private static String cut(String text) {
    return text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
  }
}
