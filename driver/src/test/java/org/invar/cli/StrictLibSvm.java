package org.invar.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reader of LibSVM files that shares no line with the product's. */
final class StrictLibSvm {
  private StrictLibSvm() {}

  /** Returns label and entries of every line, sorted; null where any line is wrong. */
  static @Nullable List<String> rows(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
    List<String> rows = new ArrayList<>();
    for (String line : text.split("\r\n|\n|\r", -1)) {
      String content = line.replaceFirst("#.*", "").strip();
      if (content.isEmpty()) {
        continue;
      }
      try {
        String[] parts = content.split("\\s+", -1);
        StringBuilder row = new StringBuilder().append(Double.parseDouble(parts[0]));
        long before = 0;
        for (int i = 1; i < parts.length; i++) {
          String[] pair = parts[i].split(":", -1);
          long index = Long.parseLong(pair[0]);
          double value = Double.parseDouble(pair[1]);
          if (pair.length != 2 || index <= before || !Float.isFinite((float) value)) {
            return null;
          }
          before = index;
          if (value != 0) {
            row.append(' ').append(index).append(':').append(value);
          }
        }
        rows.add(row.toString());
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        return null;
      }
    }
    return rows.stream().sorted().toList();
  }
}
