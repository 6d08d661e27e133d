package org.invar.storage;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers.DoubleDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * JSON as the files of a run have it: UTF-8, the same bytes everywhere, strictly read.
 *
 * <p>NaN and infinities, which JSON has not, are written as null; a null in a list or map of
 * numbers is read as NaN.
 */
public final class Json {
  /** Refuses a key that stands twice and anything behind the value. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(
              new SimpleModule()
                  .addDeserializer(Double.class, new DoubleDeserializer(Double.class, Double.NaN)))
          .build();

  // Jackson's own indenter takes the platform's line separator.
  private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");

  private Json() {}

  /**
   * Returns the record that a tree is, which anybody may have written.
   *
   * @param place names the file in messages
   * @throws DamagedFileException naming a component that is missing, unknown, null or of another
   *     type, or that the record itself refuses
   */
  public static <T> T bind(JsonNode json, Class<T> type, String place) throws DamagedFileException {
    return Bound.to(type, json, place);
  }

  /**
   * Returns the tree that some bytes are.
   *
   * @throws DamagedFileException when they are not JSON
   */
  public static JsonNode parse(byte[] bytes, String place) throws IOException {
    try {
      return MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw new DamagedFileException(place, "JSON", e.getOriginalMessage());
    }
  }

  /** Returns the value on one line, without a line's end. */
  public static String line(JsonNode value) {
    return written(value, MAPPER.writer());
  }

  /** Returns the value as indented text with a newline at its end. */
  public static byte[] text(JsonNode value) {
    return (written(value, MAPPER.writer(printer())) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns the value as indented text, in which every double comes back with the same bits: NaN
   * and infinities are texts, which Jackson binds to doubles again.
   */
  public static String state(JsonNode value) {
    try {
      return MAPPER.writer(printer()).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DefaultPrettyPrinter printer() {
    return new DefaultPrettyPrinter().withObjectIndenter(LINES).withArrayIndenter(LINES);
  }

  private static String written(JsonNode value, ObjectWriter writer) {
    var text = new StringWriter();
    try (JsonGenerator json = new Finite(writer.createGenerator(text))) {
      writer.writeValue(json, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /** Writes null for what is no number of JSON. */
  private static final class Finite extends JsonGeneratorDelegate {
    Finite(JsonGenerator json) {
      super(json, false);
    }

    @Override
    public void writeNumber(double value) throws IOException {
      if (Double.isFinite(value)) {
        super.writeNumber(value);
      } else {
        writeNull();
      }
    }
  }
}
