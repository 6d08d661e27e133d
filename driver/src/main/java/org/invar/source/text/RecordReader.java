package org.invar.source.text;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a text file, or of a part of one, in order. Used by one thread.
 *
 * <p>A part has the records that begin in it, and reads on behind its end for the rest of the last.
 */
final class RecordReader implements Closeable {
  private static final long MOST_BYTES = 1 << 26;

  private final InputStream in;
  private final Grammar grammar;
  private final @Nullable String nullText;
  private final String charset;
  private final long end;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int filled;
  private int last = -1;
  private int state;
  private long position;
  private long line;

  private final FieldText field = new FieldText();
  private List<@Nullable String> fields = new ArrayList<>();
  private boolean quoted;
  private long quoteLine;
  private @Nullable Fault fault;

  /**
   * Makes the reader of a whole file.
   *
   * @param in the file in UTF-8; closed with the reader
   * @param nullText what an unquoted field has in place of nothing, or null
   * @param charset the file's own encoding, for messages
   */
  RecordReader(InputStream in, Grammar grammar, @Nullable String nullText, String charset) {
    this(in, grammar, nullText, charset, Cut.start(), Long.MAX_VALUE);
  }

  /**
   * Makes the reader of a part.
   *
   * @param in the bytes from the cut on
   * @param cut what is known of the place at which it begins
   * @param end the offset behind the part in the file
   */
  RecordReader(
      InputStream in,
      Grammar grammar,
      @Nullable String nullText,
      String charset,
      Cut cut,
      long end) {
    this.in = in;
    this.grammar = grammar;
    this.nullText = nullText;
    this.charset = charset;
    this.end = end;
    this.position = cut.offset();
    this.state = cut.state();
    this.line = cut.line();
    this.last = cut.last();
  }

  /** Returns whether the file's bytes are those of the text in UTF-8. */
  boolean isUtf8() {
    return Encoding.isUtf8(Charset.forName(charset));
  }

  /** Returns the line that is being read, from 1. */
  long line() {
    return line;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Returns the next record, or null behind the last one. */
  @Nullable TextRecord next() throws IOException {
    // What began in front of a part belongs to the part before.
    while (state != Grammar.START) {
      if (position >= end) {
        return null; // It lasts longer than this part.
      }
      int octet = read();
      if (octet < 0) {
        return null;
      }
      state = grammar.next(state, octet);
    }
    while (position < end) {
      long first = line;
      boolean afterReturn = last == '\r';
      int octet = read();
      if (octet < 0) {
        return null;
      }
      if (octet == '\n' && afterReturn) {
        continue; // The second half of a line break.
      }
      TextRecord record = record(first, octet);
      if (record != null) {
        return record;
      }
    }
    return null;
  }

  /** Returns the record that begins with a byte, or null for a comment. */
  private @Nullable TextRecord record(long first, int begin) throws IOException {
    fields = new ArrayList<>();
    fault = null;
    field.clear();
    quoted = false;
    long from = position;
    int octet = begin;
    while (octet >= 0) {
      int next = grammar.next(state, octet);
      if (next == Grammar.START) {
        break;
      }
      if (position - from > MOST_BYTES) {
        if (isQuoted(state)) {
          break; // What is behind it would be read in vain.
        }
        spoil(Fault.of("a record of at most " + MOST_BYTES + " bytes", "a longer one"));
      }
      take(next, octet);
      state = next;
      octet = read();
    }
    int before = state;
    state = Grammar.START;
    if (before == Grammar.COMMENT) {
      return null;
    }
    boolean open = isQuoted(before);
    if (open) {
      fault = openQuote(octet < 0 ? "the end of the file" : "none in " + MOST_BYTES + " bytes");
    }
    endField();
    return new TextRecord(first, fault == null ? fields : List.of(), fault, open);
  }

  private static boolean isQuoted(int state) {
    return state == Grammar.QUOTED || state == Grammar.ESCAPED;
  }

  private void take(int next, int octet) {
    if (next == Grammar.QUOTED && !isQuoted(state)) {
      quoteLine = line;
    }
    if (fault != null) {
      return;
    }
    switch (next) {
      case Grammar.FIELD -> {
        if (octet == grammar.separator()) {
          endField();
        }
      }
      case Grammar.UNQUOTED -> field.add(octet);
      case Grammar.QUOTED -> takeQuoted(octet);
      case Grammar.BAD -> spoil(quoted ? behindQuotes(octet) : strayQuote());
      default -> {}
    }
  }

  private void takeQuoted(int octet) {
    if (!quoted) {
      quoted = true; // The opening quote is none of the field.
      return;
    }
    boolean escapes = octet == grammar.quote() || octet == grammar.escape();
    if (state == Grammar.ESCAPED && !escapes) {
      field.add(grammar.escape());
    }
    field.add(octet);
  }

  private void endField() {
    if (fault != null) {
      return;
    }
    if (!quoted && grammar.skipsTrailing()) {
      field.trimEnd();
    }
    String text = field.text();
    if (text == null) {
      spoil(
          new Fault(
              "text in the encoding " + charset,
              "bytes that are none",
              "Name the file's encoding, for example options: {encoding: windows-1252}, or correct"
                  + " the line."));
      return;
    }
    boolean empty = !quoted && (text.isEmpty() || text.equals(nullText));
    fields.add(empty ? null : text);
    field.clear();
    quoted = false;
  }

  private void spoil(Fault why) {
    if (fault == null) {
      fault = why;
      field.clear();
    }
  }

  private Fault openQuote(String found) {
    return new Fault(
        "a closing quote",
        found + ", of a field that begins in line " + quoteLine,
        "Close the quote there, double quotes inside of a field, or set quote: '' where quotes mean"
            + " nothing.");
  }

  private Fault strayQuote() {
    return new Fault(
        "quotes around a whole field alone",
        "one inside of a field, behind " + Fault.shown(field.shown()),
        "Put the whole field in quotes and double those in it, set ignoreLeadingWhiteSpace: true"
            + " where blanks stand in front of quotes, or set quote: '' where quotes mean nothing.");
  }

  private Fault behindQuotes(int octet) {
    return new Fault(
        "a separator or the line's end behind a closing quote",
        (octet < 0x80 ? Fault.shown(Character.toString(octet)) : "other text")
            + " behind "
            + Fault.shown(field.shown()),
        "Double the quotes inside of the field, or set the option escape to what stands in front of"
            + " them.");
  }

  private int read() throws IOException {
    if (at == filled) {
      at = 0;
      filled = Math.max(0, in.read(buffer));
      if (filled == 0) {
        return -1;
      }
    }
    int octet = buffer[at++] & 0xFF;
    position++;
    if (octet == '\r' || (octet == '\n' && last != '\r')) {
      line++;
    }
    last = octet;
    return octet;
  }
}
