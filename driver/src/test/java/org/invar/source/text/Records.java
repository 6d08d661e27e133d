package org.invar.source.text;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Records of bytes that a test has, without files and Spark. */
final class Records {
  private Records() {}

  static Grammar grammar(String... options) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      map.put(options[i], options[i + 1]);
    }
    return CsvOptions.of("x.csv", map).grammar();
  }

  static List<TextRecord> of(String text, String... options) throws IOException {
    return of(text.getBytes(StandardCharsets.UTF_8), null, grammar(options));
  }

  static List<TextRecord> of(byte[] bytes, Charset charset, Grammar grammar) throws IOException {
    Encoding text = Encoding.of(new ByteArrayInputStream(bytes), charset);
    return all(new RecordReader(text.bytes(), grammar, null, text.charset().name()));
  }

  static List<TextRecord> all(RecordReader reader) throws IOException {
    List<TextRecord> records = new ArrayList<>();
    for (TextRecord next = reader.next(); next != null; next = reader.next()) {
      records.add(next);
    }
    return records;
  }

  /** Returns a record as "line: fields", or what is wrong with it. */
  static List<String> shown(List<TextRecord> records) {
    return records.stream()
        .map(
            record ->
                record.line()
                    + ": "
                    + (record.fault() == null
                        ? record.fields().toString()
                        : "expected " + record.fault().expected()))
        .toList();
  }
}
