package org.invar.cli;

import java.io.PrintStream;
import org.invar.report.ConsoleReport;

/** How a run is shown: as a terminal can, or in plain lines. */
final class Consoles {
  private static final int WIDTH = 100;

  private Consoles() {}

  // JDK 22 gives a console to pipes too; the build is for 17, and the launcher says what it knows.
  @SuppressWarnings("SystemConsoleNull")
  static ConsoleReport report(PrintStream out) {
    boolean terminal = out == System.out && System.console() != null;
    String columns = System.getenv("COLUMNS");
    int width =
        columns != null && columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : WIDTH;
    return new ConsoleReport(out, terminal, width);
  }
}
