package org.invar.source.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.invar.Shown;
import org.jspecify.annotations.Nullable;

/**
 * Lines of JSON as rows with their text.
 *
 * @param width the columns: the text and those of partitions
 */
record JsonRows(int width) implements TextParts.Rows {
  /** As Spark's, which knows NaN and Infinity, but of two fields of one name takes the last. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  @Override
  public @Nullable Row row(FilePart part, TextRecord record, boolean first) {
    String text = record.fault() == null ? record.fields().get(0) : "";
    if (record.fault() == null && (text == null || text.isBlank())) {
      return null;
    }
    @Nullable Object[] values = new Object[width + RowOrigin.count()];
    Fault fault = record.fault() == null ? fault(text) : record.fault();
    if (fault == null) {
      values[0] = text;
      for (int i = 1; i < width; i++) {
        values[i] = part.file().partition().get(i - 1);
      }
    }
    return RowOrigin.row(values, part.file(), record.line(), fault);
  }

  /** Returns why a line is no JSON object, or null. */
  static @Nullable Fault fault(String line) {
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return new Fault(
            "a JSON object",
            Fault.shown(line),
            "Write an object a line, or set options: {multiLine: true} for an array over many"
                + " lines.");
      }
      parser.skipChildren();
      return parser.nextToken() == null
          ? null
          : Fault.of("one JSON object a line", "more behind it: " + Fault.shown(line));
    } catch (JsonProcessingException e) {
      String why = e.getOriginalMessage().lines().findFirst().orElse("no message");
      return Fault.of(
          "a JSON object",
          String.format(
              Locale.ROOT,
              "%s (at character %d: %s)",
              Fault.shown(line),
              e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
              Shown.line(why)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
