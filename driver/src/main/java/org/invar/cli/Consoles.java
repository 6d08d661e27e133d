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

  static ConsoleReport report(PrintStream out) {
    return new ConsoleReport(out, isTerminal(out), width());
  }

  static SearchConsole search(PrintStream out, SearchSpec spec) {
    return new SearchConsole(out, isTerminal(out), width(), spec);
  }
}
