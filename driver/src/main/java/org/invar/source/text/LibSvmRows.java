package org.invar.source.text;

import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Lines of LibSVM as rows.
 *
 * @param features how many a row has
 * @param zeroBased whether indices count from 0
 * @param width the columns: label, features and those of partitions
 */
record LibSvmRows(int features, boolean zeroBased, int width) implements TextParts.Rows {
  @Override
  public @Nullable Row row(FilePart part, TextRecord record, boolean first) {
    LibSvmLine line = line(record);
    if (line == null) {
      return null;
    }
    @Nullable Object[] values = new Object[width + RowOrigin.count()];
    Fault fault = line.fault() == null ? range(line.indices()) : line.fault();
    if (fault == null) {
      values[0] = line.label();
      values[1] = Vectors.sparse(features, line.positions(zeroBased), line.values());
      for (int i = 2; i < width; i++) {
        values[i] = part.file().partition().get(i - 2);
      }
    }
    return RowOrigin.row(values, part.file(), record.line(), fault);
  }

  /** Returns what a record holds, or null for a blank line or a comment. */
  static @Nullable LibSvmLine line(TextRecord record) {
    if (record.fault() != null) {
      return new LibSvmLine(0, new int[0], new double[0], record.fault());
    }
    String text = record.fields().get(0);
    boolean none = text == null || text.isBlank() || text.stripLeading().startsWith("#");
    return none ? null : LibSvmLine.parse(text);
  }

  private @Nullable Fault range(int[] indices) {
    int lowest = zeroBased ? 0 : 1;
    int highest = zeroBased ? features - 1 : features;
    if (indices.length > 0 && indices[0] < lowest) {
      return new Fault(
          "indices from 1",
          "index 0",
          "Set options: {zeroBased: true} where indices count from 0.");
    }
    int last = indices.length == 0 ? 0 : indices[indices.length - 1];
    return last > highest
        ? Fault.of(
            "an index of at most %d, for %d features".formatted(highest, features),
            String.valueOf(last))
        : null;
  }
}
