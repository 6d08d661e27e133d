package org.invar.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import org.invar.Shown;

/** A stream in UTF-8 whose text is {@link Shown} as people may see it, whoever prints. */
final class PlainStream extends PrintStream {
  private final PrintStream raw;

  /**
   * Makes a stream that flushes at once.
   *
   * @param raw where the text goes
   */
  PlainStream(PrintStream raw) {
    super(raw, true, UTF_8);
    this.raw = raw;
  }

  /** Returns the stream behind, for what draws in a terminal and takes care itself. */
  PrintStream raw() {
    return raw;
  }

  /** Takes whole characters, as all that print and all writers hand them over. */
  @Override
  public void write(byte[] bytes, int from, int length) {
    byte[] shown = Shown.of(new String(bytes, from, length, UTF_8)).getBytes(UTF_8);
    super.write(shown, 0, shown.length);
  }
}
