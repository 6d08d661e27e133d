package org.invar;

/**
 * Text as people may see it: without secrets, and with control characters spelled out, so that
 * nothing in data, names of columns or names of files commands a terminal or forges a line of a
 * log.
 */
public final class Shown {
  private Shown() {}

  /** Returns text of any number of lines; line ends and tabs stay. */
  public static String of(String text) {
    return spelled(Secrets.hidden(text), true);
  }

  /** Returns text as a part of one line: line ends and tabs are spelled out too. */
  public static String line(String text) {
    return spelled(Secrets.hidden(text), false);
  }

  private static String spelled(String text, boolean lines) {
    StringBuilder spelled = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean kept = lines && (c == '\n' || c == '\t' || isEndOfLine(text, i));
      if (!kept && isControl(c)) {
        spelled = spelled == null ? new StringBuilder(text.substring(0, i)) : spelled;
        spelled.append("\\u").append(hex(c >> 12)).append(hex(c >> 8)).append(hex(c >> 4));
        spelled.append(hex(c));
      } else if (spelled != null) {
        spelled.append(c);
      }
    }
    return spelled == null ? text : spelled.toString();
  }

  /** Whether it is the first half of a line end as Windows has it. */
  private static boolean isEndOfLine(String text, int at) {
    return text.charAt(at) == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n';
  }

  /** Controls (C0, C1), separators of lines, and what changes the direction of text. */
  private static boolean isControl(char c) {
    return Character.isISOControl(c)
        || (c >= '\u2028' && c <= '\u202E')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\u200E'
        || c == '\u200F'
        || c == '\u061C';
  }

  private static char hex(int value) {
    return Character.forDigit(value & 15, 16);
  }
}
