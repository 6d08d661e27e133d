package org.invar.cli;

import java.io.PrintStream;
import org.invar.report.ConsoleReport;
import org.invar.search.SearchSpec;

/** How a run is shown: as a terminal can, or in plain lines. */
final class Consoles {
  private static final int WIDTH = 100;

  private Consoles() {}

  // JDK 22 gives a console to pipes too; the build is for 17, and the launcher says what it knows.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal(PrintStream out) {
    return out == System.out && System.console() != null;
  }

  private static int width() {
    String columns = System.getenv("COLUMNS");
    return columns != null && columns.matches("[1-9][0-9]{1,3}")
        ? Integer.parseInt(columns)
        : WIDTH;
  }

  /** Reports draw in a terminal, and spell out what they did not write themselves. */
  static ConsoleReport report(PrintStream out) {
    PrintStream raw = raw(out);
    return new ConsoleReport(raw, isTerminal(raw), width());
  }

  static SearchConsole search(PrintStream out, SearchSpec spec) {
    PrintStream raw = raw(out);
    return new SearchConsole(raw, isTerminal(raw), width(), spec);
  }

  private static PrintStream raw(PrintStream out) {
    return out instanceof PlainStream plain ? plain.raw() : out;
  }
}
