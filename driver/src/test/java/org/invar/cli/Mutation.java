package org.invar.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * A change of some bytes, at a place that is a part of their length.
 *
 * @param kind what is done
 * @param place where, in [0, 1)
 * @param text what is put in
 */
record Mutation(Kind kind, double place, String text) {
  /** What is done to bytes. */
  enum Kind {
    DELETE,
    INSERT,
    REPLACE_WORD,
    REPEAT_LINE,
    DROP_LINE,
    SWAP_LINES,
    CUT,
    FLIP
  }

  private static final List<String> TEXTS =
      List.of(
          ",",
          "\"",
          "\n",
          "\r\n",
          "\r",
          "\t",
          ";",
          " ",
          "\0",
          "\u001b[31m",
          "\ufeff",
          "ü",
          "'",
          "#",
          "NA",
          "inf",
          "NaN",
          "null",
          "1e999",
          "1e-400",
          "-1",
          "0",
          "1,5",
          "01",
          "1e2147483648",
          "9".repeat(500),
          "99999999999",
          "true",
          "\"a\"b\"",
          "\"open",
          "{}",
          "[]",
          "[[",
          "${HOME}",
          "../../etc",
          "2147483648:1",
          "0:1",
          "5:",
          ":",
          "&a [*a, *a]",
          "!!java.io.File x",
          "- ",
          "%");

  /** Any change, with the same bytes of text that people and enemies write. */
  static Arbitrary<Mutation> any() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(0, 9_999).map(part -> part / 1e4),
            Arbitraries.of(TEXTS))
        .as(Mutation::new);
  }

  /** One to three changes. */
  static Arbitrary<List<Mutation>> some() {
    return any().list().ofMinSize(1).ofMaxSize(3);
  }

  static byte[] all(List<Mutation> mutations, byte[] bytes) {
    byte[] changed = bytes;
    for (Mutation mutation : mutations) {
      changed = mutation.of(changed);
    }
    return changed;
  }

  private byte[] of(byte[] bytes) {
    int at = (int) (place * bytes.length);
    return switch (kind) {
      case CUT -> joined(bytes, at, bytes.length, "");
      case FLIP -> {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
          flipped[at] ^= (byte) (1 << (int) (place * 8_000) % 8);
        }
        yield flipped;
      }
      case DELETE -> joined(bytes, at, Math.min(at + 1, bytes.length), "");
      case INSERT -> joined(bytes, at, at, text);
      case REPLACE_WORD -> {
        int from = at;
        int to = at;
        while (from > 0 && word(bytes[from - 1])) {
          from--;
        }
        while (to < bytes.length && word(bytes[to])) {
          to++;
        }
        yield joined(bytes, from, to, text);
      }
      case REPEAT_LINE, DROP_LINE, SWAP_LINES -> lines(bytes);
    };
  }

  /** Changes whole lines; of bytes that are no text they are what stands between line feeds. */
  private byte[] lines(byte[] bytes) {
    List<String> lines =
        new ArrayList<>(
            List.of(new String(bytes, StandardCharsets.ISO_8859_1).split("(?<=\n)", -1)));
    int line = (int) (place * lines.size());
    switch (kind) {
      case REPEAT_LINE -> lines.add(line, lines.get(line));
      case DROP_LINE -> lines.remove(line);
      default -> lines.add(lines.size() - 1 - line, lines.remove(line));
    }
    return String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static boolean word(byte b) {
    return b > ' ' && "\",:;[]{}".indexOf(b) < 0;
  }

  private static byte[] joined(byte[] bytes, int from, int to, String between) {
    byte[] middle = between.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[from + middle.length + bytes.length - to];
    System.arraycopy(bytes, 0, all, 0, from);
    System.arraycopy(middle, 0, all, from, middle.length);
    System.arraycopy(bytes, to, all, from + middle.length, bytes.length - to);
    return all;
  }
}
