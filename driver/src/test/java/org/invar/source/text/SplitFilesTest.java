package org.invar.source.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.invar.source.files.SourceFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitFilesTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir private Path folder;

  /** The records of all parts, each of which is read alone. */
  private List<String> inParts(byte[] bytes, int partBytes, Grammar grammar) throws IOException {
    Path file = folder.resolve("part.csv");
    Files.write(file, bytes);
    var source = new SourceFile(file.toUri().toString(), bytes.length, List.of());
    var format = FilePart.Format.of(grammar, null, null);
    List<TextRecord> records = new ArrayList<>();
    Cut cut = Cut.start();
    for (long at = 0; at < bytes.length; at += partBytes) {
      long end = Math.min(bytes.length, at + partBytes);
      try (RecordReader reader = new FilePart(0, source, cut, end).open(format, HADOOP)) {
        records.addAll(Records.all(reader));
      }
      var unknown = new FilePart(0, source, new Cut(at, Grammar.START, 1, -1), end);
      cut = Passage.through(unknown, format, HADOOP).behind(cut, end);
    }
    return Records.shown(records);
  }

  private void sameInParts(String text, String... options) throws IOException {
    sameInParts(new int[] {1, 2, 3, 7, 64}, text, options);
  }

  private void sameInParts(int[] sizes, String text, String... options) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Grammar grammar = Records.grammar(options);
    List<String> whole = Records.shown(Records.of(bytes, null, grammar));
    for (int partBytes : sizes) {
      assertEquals(
          whole, inParts(bytes, partBytes, grammar), "parts of " + partBytes + ": " + text);
    }
  }

  @Test
  void recordsAndLinesAreThoseOfTheWholeFile() throws IOException {
    sameInParts(
        new int[] {4, 5, 6, 7},
        "\uFEFF\"a\r\nb\",y\r\n1,\"x\r\n\"\"\n\"\r\n\r\n3,ä\r4,\"5\r\"\n6,7");
    sameInParts("1,\"x\n2,\"y\"\n5\" pipe,\"\n\"\n3,z\n\"open\n4,4\n");
    sameInParts("#c\"\n'a\\'\n',b\n#'\n1,'\\\n2", "quote", "'", "escape", "\\", "comment", "#");
  }

  @Test
  void anyTextIsCutAsItIsRead() throws IOException {
    var random = new Random(3);
    String[] pieces = {"a", "\"", "\"\"", ",", "\n", "\r\n", "\r", " ", "ü", "\\"};
    for (int i = 0; i < 60; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = 0; j < 40; j++) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      sameInParts(text.toString());
      sameInParts(text.toString(), "escape", "\\", "ignoreTrailingWhiteSpace", "true");
    }
  }
}
