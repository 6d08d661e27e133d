package org.invar.source;

import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.invar.Shown;
import org.invar.source.files.SourceFile;
import org.invar.source.text.Fault;
import org.invar.source.text.RowOrigin;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Where a row stands in its source, for messages: file, number, first columns.
 *
 * @param name what messages call the source
 * @param file the index of the column with the row's file, or −1
 * @param start the index of the column with the byte at which the file's part starts, or −1
 * @param line the index of the column with the row's line, or −1
 * @param fault the index of the column with what keeps a record from being a row, or −1
 * @param columns the names of the row's columns
 */
record RowPlace(String name, int file, int start, int line, int fault, List<String> columns)
    implements Serializable {
  private static final String FILE = RowOrigin.FILE;
  private static final String START = "__invar_start";
  private static final List<String> NO_DATA = List.of(FILE, START, RowOrigin.LINE, RowOrigin.FAULT);
  private static final int SHOWN_COLUMNS = 3;
  private static final int SHOWN_FAULTS = 5;
  private static final int SHOWN_CHARACTERS = 60;

  /** Returns the place of rows with that schema, which {@link #located} may have widened. */
  static RowPlace of(Input input, StructType rows) {
    List<String> names = Arrays.asList(rows.fieldNames());
    return new RowPlace(
        input.name(),
        names.indexOf(FILE),
        names.indexOf(START),
        names.indexOf(RowOrigin.LINE),
        names.indexOf(RowOrigin.FAULT),
        names.stream()
            .filter(name -> !NO_DATA.contains(name))
            // The file is named already, and its bytes tell nobody anything.
            .filter(name -> !input.isPictures() || name.equals("label"))
            .toList());
  }

  /** Returns the named columns of an input, in its order, and with them where each row stands. */
  static Dataset<Row> located(Input input, List<String> wanted) {
    Dataset<Row> rows = input.placed() == null ? input.rows() : input.placed();
    Set<String> there = new LinkedHashSet<>(Arrays.asList(input.rows().columns()));
    wanted.forEach(name -> Names.require(input.name(), name, there));
    Set<String> chosen = new HashSet<>(wanted);
    var selected =
        new ArrayList<Column>(
            Arrays.stream(rows.columns())
                .filter(name -> chosen.contains(name) || NO_DATA.contains(name))
                .map(name -> ColumnTypes.column(rows, name))
                .toList());
    if (input.isPictures()) {
      // As Spark's own function has it: in the form of a URI.
      selected.add(functions.replace(rows.col("path"), lit("%"), lit("%25")).as(FILE));
    } else if (input.placed() == null && input.files()) {
      selected.add(functions.input_file_name().as(FILE));
      selected.add(functions.input_file_block_start().as(START));
    }
    return rows.select(selected.toArray(new Column[0]));
  }

  /** Returns whether a column of that name says where a row stands. */
  static boolean isNoData(String column) {
    return NO_DATA.contains(column);
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

  /** Returns what keeps a record from being a row at all, or null. */
  @Nullable BadRow fault(Row row) {
    Fault found = fault < 0 || row.isNullAt(fault) ? null : RowOrigin.fault(row.getStruct(fault));
    if (found == null) {
      return null;
    }
    long number = row.getLong(line);
    String path = Shown.line(path(row));
    return new BadRow(
        path,
        number,
        "%s, line %d: expected %s, found %s. %s"
            .formatted(path, number, found.expected(), found.found(), found.remedy()),
        "expected " + found.expected());
  }

  /**
   * Returns what is wrong with a row.
   *
   * @param row the row
   * @param number the row's number in its file or partition, from 1
   * @param bad what is wrong with each of its bad columns, one at least
   */
  BadRow bad(Row row, long number, List<BadValue> bad) {
    StringBuilder text = new StringBuilder(Shown.line(path(row)));
    if (line >= 0) {
      text.append(", line ").append(row.getLong(line));
    } else {
      text.append(", row ").append(number);
    }
    if (file < 0) {
      text.append(" of partition ").append(TaskContext.getPartitionId());
    } else if (start >= 0 && row.getLong(start) > 0) {
      text.append(" after byte ").append(row.getLong(start));
    }
    text.append(" (");
    for (int i = 0; i < Math.min(SHOWN_COLUMNS, columns.size()); i++) {
      text.append(i == 0 ? "" : ", ").append(Shown.line(columns.get(i))).append('=');
      text.append(shown(row.getAs(columns.get(i))));
    }
    text.append(")");
    for (int i = 0; i < Math.min(SHOWN_FAULTS, bad.size()); i++) {
      text.append(i == 0 ? ", " : "; ").append("column ").append(Shown.line(bad.get(i).column()));
      text.append(": ").append(bad.get(i).getMessage());
    }
    if (bad.size() > SHOWN_FAULTS) {
      text.append("; and ").append(bad.size() - SHOWN_FAULTS).append(" more columns");
    }
    return new BadRow(
        Shown.line(path(row)),
        line >= 0 ? row.getLong(line) : number,
        text.append(". ").append(bad.get(0).remedy()).toString(),
        bad.stream().map(BadValue::reason).distinct().toArray(String[]::new));
  }

  private String path(Row row) {
    return file < 0 ? name : path(row.getString(file));
  }

  /** Returns the place of a row, within the source that messages name. */
  ColumnProfile.Place of(Row row, long number) {
    if (file < 0) {
      int partition = TaskContext.getPartitionId();
      return new ColumnProfile.Place(
          "", partition, number, "row " + number + " of partition " + partition);
    }
    String path = path(row);
    long at = line < 0 ? number : row.getLong(line);
    long from = start < 0 ? 0 : row.getLong(start);
    String text = (line < 0 ? "row " : "line ") + at + (from > 0 ? " after byte " + from : "");
    boolean same = path.endsWith(name);
    return new ColumnProfile.Place(path, from, at, same ? text : text + " of " + path);
  }

  private String path(String encoded) {
    if (line >= 0) {
      return SourceFile.shown(encoded);
    }
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
    if (value instanceof LocalDateTime at && at.toLocalTime().equals(LocalTime.MIDNIGHT)) {
      return at.toLocalDate().toString(); // Rows to predict have dates as times at midnight.
    }
    String text = cut(String.valueOf(value));
    boolean blank = value instanceof String && !text.strip().equals(text);
    return blank || text.isEmpty() ? Names.quoted(text) : text;
  }

  private static String cut(String text) {
    boolean whole = text.length() <= SHOWN_CHARACTERS;
    return Shown.line(whole ? text : text.substring(0, SHOWN_CHARACTERS) + "…");
  }
}
