package org.invar.source.text;

import java.util.List;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Records of CSV as rows.
 *
 * @param names of the columns
 * @param orders for each file, where each of the names stands in it
 * @param header whether files begin with one
 * @param width the columns with those of partitions
 */
@SuppressWarnings("ArrayRecordComponent")
record CsvRows(List<String> names, int[][] orders, boolean header, int width)
    implements TextParts.Rows {
  @Override
  public @Nullable Row row(FilePart part, TextRecord record, boolean first) {
    boolean blank = record.isBlank() && names.size() > 1;
    if (blank || (first && header)) {
      return null;
    }
    @Nullable Object[] values = new Object[width + RowOrigin.count()];
    Fault fault =
        record.fault() == null ? fault(record.fields(), orders[part.index()]) : record.fault();
    if (fault == null) {
      int[] order = orders[part.index()];
      for (int i = 0; i < order.length; i++) {
        values[i] = record.fields().get(order[i]);
      }
      for (int i = order.length; i < width; i++) {
        values[i] = part.file().partition().get(i - order.length);
      }
    }
    return RowOrigin.row(values, part.file(), record.line(), fault);
  }

  private @Nullable Fault fault(List<@Nullable String> fields, int[] order) {
    if (fields.size() != names.size()) {
      return new Fault(
          names.size() + " fields, one for each column",
          String.valueOf(fields.size()),
          "Correct the line, put fields with separators in quotes, or leave it out.");
    }
    if (header) {
      boolean again = true;
      for (int i = 0; i < order.length; i++) {
        String field = fields.get(order[i]);
        again &= names.get(i).equals(field == null ? "_c" + order[i] : field);
      }
      if (again) {
        return Fault.of("values", "the header again");
      }
    }
    return null;
  }
}
