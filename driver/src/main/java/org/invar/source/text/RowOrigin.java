package org.invar.source.text;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.invar.source.files.SourceFile;
import org.jspecify.annotations.Nullable;

/** The columns behind a text table's own ones: where each row stands, and why it may be none. */
public final class RowOrigin {
  /** The column of the row's file. */
  public static final String FILE = "__invar_file";

  /** The column of the line that the row begins in, from 1. */
  public static final String LINE = "__invar_line";

  /** The column of what is wrong with a record that is no row, null for a row. */
  public static final String FAULT = "__invar_fault";

  private static final StructType FAULT_TYPE =
      new StructType()
          .add("expected", DataTypes.StringType)
          .add("found", DataTypes.StringType)
          .add("remedy", DataTypes.StringType);

  private RowOrigin() {}

  /** Returns a fault as {@link #FAULT} has it; null for a row. */
  public static @Nullable Fault fault(@Nullable Row value) {
    return value == null
        ? null
        : new Fault(value.getString(0), value.getString(1), value.getString(2));
  }

  /** Returns columns with these behind them. */
  static StructType behind(StructType columns) {
    return columns
        .add(FILE, DataTypes.StringType, false)
        .add(LINE, DataTypes.LongType, false)
        .add(FAULT, FAULT_TYPE);
  }

  /**
   * Returns a row.
   *
   * @param values an array with room for these columns at its end; null there in all where there is
   *     a fault
   */
  static Row row(@Nullable Object[] values, SourceFile file, long line, @Nullable Fault fault) {
    int at = values.length - 3;
    values[at] = file.path();
    values[at + 1] = line;
    values[at + 2] =
        fault == null ? null : RowFactory.create(fault.expected(), fault.found(), fault.remedy());
    return RowFactory.create(values);
  }

  /** The columns that these are. */
  static int count() {
    return 3;
  }
}
