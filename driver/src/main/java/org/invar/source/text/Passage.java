package org.invar.source.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;

/**
 * What the bytes between two cuts do to whatever the grammar's state was at the first: so parts can
 * be gone through side by side, and each one's state follows from those in front of it.
 *
 * @param states for every state at the first cut that at the second
 * @param lines the lines that end in between
 * @param last the last byte
 */
@SuppressWarnings("ArrayRecordComponent")
record Passage(int[] states, long lines, int last) implements Serializable {
  /** Returns the cut behind. */
  Cut behind(Cut before, long end) {
    return new Cut(end, states[before.state()], before.line() + lines, last);
  }

  /** Goes through a part of a file that is not compressed, of whose cut the offset alone counts. */
  static Passage through(FilePart part, FilePart.Format format, Configuration hadoop)
      throws IOException {
    long from = part.cut().offset();
    if (part.isFirst()) {
      Encoding text = Encoding.of(part.file().open(hadoop), format.wanted());
      try (InputStream in = text.bytes()) {
        return through(in, part.end() - text.skipped(), -1, format.grammar());
      }
    }
    // The byte in front only tells whether a line feed is the second half of a line break.
    try (InputStream in = part.file().openAt(from - 1, hadoop)) {
      return through(in, part.end() - from, in.read(), format.grammar());
    }
  }

  private static Passage through(InputStream in, long length, int before, Grammar grammar)
      throws IOException {
    int[] group = new int[Grammar.STATES];
    Arrays.setAll(group, state -> state);
    int[] distinct = group.clone();
    byte[] buffer = new byte[1 << 16];
    long lines = 0;
    int last = before;
    long left = length;
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (count < 0) {
        throw new IOException("the file ends " + left + " bytes before it should");
      }
      left -= count;
      for (int i = 0; i < count; i++) {
        int octet = buffer[i] & 0xFF;
        lines += octet == '\r' || (octet == '\n' && last != '\r') ? 1 : 0;
        last = octet;
        for (int d = 0; d < distinct.length; d++) {
          distinct[d] = grammar.next(distinct[d], octet);
        }
      }
      distinct = merged(group, distinct);
    }
    int[] ends = distinct;
    return new Passage(Arrays.stream(group).map(g -> ends[g]).toArray(), lines, last);
  }

  /**
   * Returns the states without doubles, which soon are two or three, whatever one begins with.
   *
   * @param group the index in {@code states} for each state at the first cut; follows the doubles
   */
  private static int[] merged(int[] group, int[] states) {
    int[] distinct = Arrays.stream(states).distinct().toArray();
    for (int i = 0; i < group.length; i++) {
      int state = states[group[i]];
      int at = 0;
      while (distinct[at] != state) {
        at++;
      }
      group[i] = at;
    }
    return distinct;
  }
}
