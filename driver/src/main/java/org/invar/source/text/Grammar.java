package org.invar.source.text;

import java.io.Serializable;

/**
 * The automaton that finds records and fields in the bytes of a text file, as RFC 4180 has them.
 *
 * <p>It reads UTF-8 byte by byte, since all that it looks for is ASCII. What follows from a byte
 * depends on the state alone, so a file may be cut anywhere: whoever knows the state at a cut finds
 * the same records behind it as somebody who has read the file from its start. A record that breaks
 * the rules ends with its line.
 */
final class Grammar implements Serializable {
  private static final long serialVersionUID = 1;

  /** Stands for a character that there is none of. */
  static final int NONE = -1;

  /** In front of a record. */
  static final int START = 0;

  /** In front of a field, behind a separator. */
  static final int FIELD = 1;

  /** In a field without quotes. */
  static final int UNQUOTED = 2;

  /** In a field with quotes. */
  static final int QUOTED = 3;

  /** Behind an escaping character in quotes. */
  static final int ESCAPED = 4;

  /** Behind a quote in a field with quotes. */
  static final int CLOSED = 5;

  /** In blanks behind a field with quotes. */
  static final int TRAILING = 6;

  /** In what is left of a line that breaks the rules. */
  static final int BAD = 7;

  /** In a comment. */
  static final int COMMENT = 8;

  /** The number of states. */
  static final int STATES = 9;

  private final int separator;
  private final int quote;
  private final int escape;
  private final int comment;
  private final boolean skipsLeading;
  private final boolean skipsTrailing;
  private final byte[] following = new byte[STATES << 8];

  /**
   * Makes the automaton for characters of ASCII, or {@link #NONE}.
   *
   * @param escape what takes a quote within quotes its meaning; the quote itself where it is
   *     doubled
   * @param skipsLeading whether blanks in front of a field are none of it
   * @param skipsTrailing whether blanks behind a field are none of it
   */
  Grammar(
      int separator,
      int quote,
      int escape,
      int comment,
      boolean skipsLeading,
      boolean skipsTrailing) {
    this.separator = separator;
    this.quote = quote;
    this.escape = escape;
    this.comment = comment;
    this.skipsLeading = skipsLeading;
    this.skipsTrailing = skipsTrailing;
    for (int state = 0; state < STATES; state++) {
      for (int next = 0; next < 1 << 8; next++) {
        following[state << 8 | next] = (byte) following(state, next);
      }
    }
  }

  /** Returns the grammar in which a record is a line as it stands. */
  static Grammar lines() {
    return new Grammar(NONE, NONE, NONE, NONE, false, false);
  }

  /** Returns the state behind a byte, 0..255. */
  int next(int state, int octet) {
    return following[state << 8 | octet];
  }

  /** Returns what stands between fields. */
  int separator() {
    return separator;
  }

  /** Returns what escapes a quote. */
  int escape() {
    return escape;
  }

  /** Returns the quote. */
  int quote() {
    return quote;
  }

  /** Returns whether blanks behind a field are none of it. */
  boolean skipsTrailing() {
    return skipsTrailing;
  }

  /** Whether a byte is a blank that may be skipped. */
  static boolean isBlank(int octet) {
    return octet == ' ' || octet == '\t';
  }

  private int following(int state, int octet) {
    boolean quoted = state == QUOTED || state == ESCAPED;
    if (!quoted && (octet == '\n' || octet == '\r')) {
      return START;
    }
    return switch (state) {
      case START -> octet == comment ? COMMENT : field(octet);
      case FIELD -> field(octet);
      case UNQUOTED -> octet == separator ? FIELD : octet == quote ? BAD : UNQUOTED;
      case QUOTED ->
          octet == escape && escape != quote ? ESCAPED : octet == quote ? CLOSED : QUOTED;
      case ESCAPED -> QUOTED;
      case CLOSED -> octet == quote && escape == quote ? QUOTED : trailing(octet);
      case TRAILING -> trailing(octet);
      default -> state;
    };
  }

  private int field(int octet) {
    if (octet == separator) {
      return FIELD;
    }
    if (octet == quote) {
      return QUOTED;
    }
    return skipsLeading && isBlank(octet) ? FIELD : UNQUOTED;
  }

  private int trailing(int octet) {
    if (octet == separator) {
      return FIELD;
    }
    return skipsTrailing && isBlank(octet) ? TRAILING : BAD;
  }
}
