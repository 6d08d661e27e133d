package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

/** What could command a terminal, or forge a line of a log. */
class ControlCharactersTest {
  @Test
  void areSpelledOut() {
    assertEquals("\\u001b[2J\\u0007\\u0000\\u007f", Shown.of("\u001b[2J\u0007\0\u007f"));
    assertEquals(
        "\\u009b31m \\u202eabc\\u2066 \\u2028", Shown.of("\u009b31m \u202eabc\u2066 \u2028"));
    assertEquals("wiped\\u000dline", Shown.of("wiped\rline"));
    assertEquals(
        "x: expected a, found \\u001b]0;b\\u0007. c.",
        InvarException.of("x", "a", "\u001b]0;b\u0007", "c.").getMessage());
  }

  @Test
  void linesAndTabsStayWhereThereMayBeSome() {
    String text = "a\n\tb\r\nc";
    assertEquals(text, Shown.of(text));
    assertEquals("a\\u000a\\u0009b\\u000d\\u000ac", Shown.line(text));
  }

  @Test
  void otherTextIsLeftAlone() {
    String text = "größe, ×…→ 名前 \uD83D\uDE00 e\u0301 \u0645";
    assertSame(text, Shown.of(text));
  }
}
