package org.invar.source.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuotedLinesTest {
  private static final String STRAY = "expected quotes around a whole field alone";

  private static void records(String text, String... expected) throws IOException {
    assertEquals(List.of(expected), Records.shown(Records.of(text)));
  }

  @Test
  void lineBreaksInQuotesBelongToTheirField() throws IOException {
    records(
        "b,y,note\n1,0,\"p\n2,1,q\"\r\n3,1,r\n4,0,s",
        "1: [b, y, note]",
        "2: [1, 0, p\n2,1,q]",
        "4: [3, 1, r]",
        "5: [4, 0, s]");
    records("\"a\r\nb\rc\",d\rnext,e\r", "1: [a\r\nb\rc, d]", "4: [next, e]");
  }

  @Test
  void quotesWithinQuotesAreDoubledOrEscaped() throws IOException {
    records("\"say \"\"hi\"\"\",\"\"\"\"\n", "1: [say \"hi\", \"]");
    assertEquals(
        List.of("1: [say \"hi\", a\\b, \\n]"),
        Records.shown(Records.of("\"say \\\"hi\\\"\",\"a\\\\b\",\"\\n\"\n", "escape", "\\")));
    assertEquals(
        List.of("1: [\"a, b\"]"), Records.shown(Records.of("\"a;b\"\n", "quote", "", "sep", ";")));
  }

  @Test
  void anOpenQuoteIsAFaultOfTheLineThatItBeginsIn() throws IOException {
    records("a,b\n1,\"x\n2,y\n", "1: [a, b]", "2: expected a closing quote");
    records("a,b\n\"1\n\",\"x", "1: [a, b]", "2: expected a closing quote");
  }

  @Test
  void aQuoteThatIsOpenForTooLongIsReadNoFurther() throws IOException {
    byte[] text = new byte[(1 << 26) + (1 << 20)];
    Arrays.fill(text, (byte) '\n');
    System.arraycopy("a\n\"x".getBytes(StandardCharsets.UTF_8), 0, text, 0, 4);
    var in = new ByteArrayInputStream(text);
    var reader = new RecordReader(in, Records.grammar(), null, "UTF-8");
    reader.next();
    TextRecord open = reader.next();
    assertTrue(open.open() && in.available() > 0, open.toString());
    assertTrue(open.fault().found().contains("begins in line 2"), open.toString());
  }

  @Test
  void aQuoteInsideOfAFieldIsAFaultOfItsLineAlone() throws IOException {
    records("5\" pipe,1\n2,3\n", "1: " + STRAY, "2: [2, 3]");
    records(
        "1,\"x\n2,\"y\"\n3,z\n",
        "1: expected a separator or the line's end behind a closing quote",
        "3: [3, z]");
    records(
        "\"a\" ,1\n2,3",
        "1: expected a separator or the line's end behind a closing quote",
        "2: [2, 3]");
    TextRecord stray = Records.of("1, \"x\"\n").get(0);
    assertTrue(stray.fault().remedy().contains("ignoreLeadingWhiteSpace: true"), stray.toString());
  }

  @Test
  void blanksAroundFieldsGoWhereTheOptionsSaySo() throws IOException {
    assertEquals(
        List.of("1: [a, b, c d, null, e ]"),
        Records.shown(
            Records.of(
                "  a,\t\"b\"  , c d ,  ,\"e \"\n",
                "ignoreLeadingWhiteSpace",
                "true",
                "ignoreTrailingWhiteSpace",
                "true")));
    records(" a ,b\n", "1: [ a , b]");
  }

  @Test
  void whateverIsWrittenInQuotesIsReadAsItWas() throws IOException {
    var random = new Random(11);
    String[] pieces = {"a", "\"", ",", "\n", "\r\n", "\r", " ", "ü", "𝄞", ";", "#", "\\"};
    for (int i = 0; i < 200; i++) {
      List<List<String>> rows = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      for (int row = 0; row < 4; row++) {
        List<String> fields = new ArrayList<>();
        for (int field = 0; field < 3; field++) {
          StringBuilder value = new StringBuilder();
          for (int j = random.nextInt(5); j > 0; j--) {
            value.append(pieces[random.nextInt(pieces.length)]);
          }
          fields.add(value.toString());
          text.append('"').append(value.toString().replace("\"", "\"\"")).append('"');
          text.append(field < 2 ? "," : i % 2 == 0 ? "\n" : "\r\n");
        }
        rows.add(fields);
      }
      List<TextRecord> records = Records.of(text.toString());
      assertEquals(rows, records.stream().map(TextRecord::fields).toList(), text.toString());
    }
  }

  @Test
  void emptyFieldsAreNullAndQuotedOnesAreNot() throws IOException {
    assertEquals(Arrays.asList(null, "", null), Records.of(",\"\",\n").get(0).fields());
    assertTrue(Records.of("a\n\nb\n").get(1).isBlank());
    assertEquals(List.of("2: [a, b]"), Records.shown(Records.of("#x,\"\na,b\n#", "comment", "#")));
  }
}
