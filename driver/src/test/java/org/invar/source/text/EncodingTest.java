package org.invar.source.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class EncodingTest {
  private static final String TEXT = "größe,y\n1,Käse\n2,𝄞\n";
  private static final List<String> RECORDS =
      List.of("1: [größe, y]", "2: [1, Käse]", "3: [2, 𝄞]");

  private static List<String> read(byte[] bytes, String charset) throws IOException {
    Charset wanted = charset == null ? null : Charset.forName(charset);
    return Records.shown(Records.of(bytes, wanted, Records.grammar()));
  }

  private static byte[] marked(String charset) throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write("\uFEFF".getBytes(Charset.forName(charset)));
    bytes.write(TEXT.getBytes(Charset.forName(charset)));
    return bytes.toByteArray();
  }

  @Test
  void aMarkSaysTheEncodingAndIsNoneOfTheText() throws IOException {
    for (String charset : List.of("UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE")) {
      assertEquals(RECORDS, read(marked(charset), null), charset);
      assertEquals(RECORDS, read(marked(charset), charset), charset);
      assertEquals(RECORDS, read(TEXT.getBytes(Charset.forName(charset)), charset), charset);
    }
    assertEquals(RECORDS, read(TEXT.getBytes(StandardCharsets.UTF_16), "UTF-16"));
  }

  @Test
  void anOptionSaysItWithoutAMark() throws IOException {
    String latin = "größe,y\n1,Käse\n";
    assertEquals(
        RECORDS.subList(0, 2), read(latin.getBytes(StandardCharsets.ISO_8859_1), "windows-1252"));
    String japanese = "ソ,表\n";
    assertEquals(
        List.of("1: [ソ, 表]"), read(japanese.getBytes(Charset.forName("Shift_JIS")), "Shift_JIS"));
  }

  @Test
  void bytesThatAreNoTextAreAFaultOfTheirLine() throws IOException {
    byte[] latin = "a,b\nok,1\nKäse,2\nok,3\n".getBytes(StandardCharsets.ISO_8859_1);
    List<TextRecord> records = Records.of(latin, null, Records.grammar());
    assertEquals(4, records.size());
    Fault fault = records.get(2).fault();
    assertEquals("text in the encoding UTF-8", fault.expected());
    assertEquals(3, records.get(2).line());
    assertTrue(fault.remedy().contains("encoding: windows-1252"), fault.remedy());
    assertEquals(List.of("ok", "3"), records.get(3).fields());
  }

  @Test
  void halfACharacterIsAFaultInEveryEncoding() throws IOException {
    var bytes = new ByteArrayOutputStream();
    bytes.write("a\nx".getBytes(StandardCharsets.UTF_16LE));
    bytes.write(new byte[] {0, (byte) 0xD8}); // Half of a pair.
    bytes.write("x\nb\n".getBytes(StandardCharsets.UTF_16LE));
    bytes.write(0x61); // Half of a unit.
    List<TextRecord> records =
        Records.of(bytes.toByteArray(), StandardCharsets.UTF_16LE, Grammar.lines());
    assertEquals(
        List.of(
            "1: [a]",
            "2: expected text in the encoding UTF-16LE",
            "3: [b]",
            "4: expected text in the encoding UTF-16LE"),
        Records.shown(records));
  }

  @Test
  void anEncodingThatNobodyKnowsIsRefused() {
    var e =
        Assertions.assertThrows(
            InvarException.class,
            () -> CsvOptions.of("x.csv", Map.of("encoding", "utf8-ish")).options().charset());
    assertTrue(e.getMessage().contains("x.csv, option encoding"), e.getMessage());
  }
}
