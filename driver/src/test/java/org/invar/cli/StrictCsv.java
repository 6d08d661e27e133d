package org.invar.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reader of RFC 4180 that shares no line with the product's: numbers, and what is no row of them.
 *
 * @param good the rows of numbers
 * @param bad how many records are none
 * @param open whether a quote is never closed, so that nobody knows how many rows it holds
 */
record StrictCsv(List<double[]> good, int bad, boolean open) {
  /** Returns null where the file has another header. */
  static @Nullable StrictCsv read(byte[] bytes, List<String> header) {
    // What is no UTF-8 becomes the character that stands for it, and its record is none.
    String text = new String(bytes, StandardCharsets.UTF_8);
    List<@Nullable List<String>> records =
        records(text.startsWith("\ufeff") ? text.substring(1) : text);
    if (records.isEmpty() || records.get(0) == null) {
      return null;
    }
    List<String> names = records.get(0);
    if (!names.stream().sorted().toList().equals(header.stream().sorted().toList())) {
      return null;
    }
    List<double[]> good = new ArrayList<>();
    int bad = 0;
    for (List<String> record : records.subList(1, records.size())) {
      double[] row = record == null || record.size() != header.size() ? null : numbers(record);
      if (row == null) {
        bad++;
      } else {
        good.add(row);
      }
    }
    return new StrictCsv(good, bad, OPEN.equals(records.get(records.size() - 1)));
  }

  private static double @Nullable [] numbers(List<String> record) {
    double[] row = new double[record.size()];
    for (int i = 0; i < row.length; i++) {
      if (!record.get(i).matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]{1,9})?")) {
        return null;
      }
      row[i] = Double.parseDouble(record.get(i));
      if (!Float.isFinite((float) row[i])) {
        return null;
      }
    }
    return row;
  }

  /** What stands for a record with a quote that is never closed. */
  private static final List<String> OPEN = List.of();

  /** The records; null stands for one whose quotes are wrong. Empty lines are none. */
  private static List<@Nullable List<String>> records(String text) {
    List<@Nullable List<String>> records = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      List<String> fields = new ArrayList<>();
      boolean wrong = false;
      boolean more = true;
      int start = at;
      while (more) {
        StringBuilder field = new StringBuilder();
        if (at < text.length() && text.charAt(at) == '"') {
          int end = at + 1;
          while (end < text.length()
              && (text.charAt(end) != '"'
                  || (end + 1 < text.length() && text.charAt(end + 1) == '"'))) {
            field.append(text.charAt(end));
            end += text.charAt(end) == '"' ? 2 : 1;
          }
          if (end >= text.length()) {
            records.add(OPEN);
            return records;
          }
          at = end + 1;
        }
        while (at < text.length() && ",\n\r".indexOf(text.charAt(at)) < 0) {
          wrong |=
              text.charAt(at) == '"'
                  || (field.length() > 0 && at > start && text.charAt(at - 1) == '"');
          field.append(text.charAt(at++));
        }
        fields.add(field.toString());
        more = at < text.length() && text.charAt(at) == ',';
        at += more ? 1 : 0;
      }
      boolean empty = at == start;
      if (at < text.length() && text.charAt(at) == '\r') {
        at++;
      }
      if (at < text.length() && text.charAt(at) == '\n') {
        at++;
      }
      if (!empty) {
        wrong |= fields.stream().anyMatch(field -> field.indexOf('\ufffd') >= 0);
        records.add(wrong ? null : fields);
      }
    }
    return records;
  }
}
