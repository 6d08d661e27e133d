package org.invar.report;

import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressState;

/**
 * The bar of one epoch in a terminal's last line, drawn again a few times a second until it is
 * closed, which wipes it.
 *
 * <p>The library's own rendering cuts the text to save a long bar; here the text comes first and
 * the bar takes what is left of the line.
 */
final class EpochBar implements AutoCloseable {
  private static final int REFRESH_MILLIS = 200;
  private static final int LEAST_BAR = 5;

  private final LastLine lastLine;
  private final ProgressBar bar;

  /** The last line of a terminal. */
  private record LastLine(PrintStream out, int width) implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      return width;
    }

    @Override
    public void accept(String line) {
      out.print('\r' + line);
      out.flush();
    }

    @Override
    public void close() {
      // The line is wiped when the bar is closed.
    }

    void wipe() {
      out.print('\r' + " ".repeat(width) + '\r');
      out.flush();
    }
  }

  /**
   * Starts to draw.
   *
   * @param out the terminal
   * @param width the columns to use
   * @param title in front of the bar
   * @param steps the steps of the epoch
   * @param done the steps taken already
   * @param text behind the bar
   */
  EpochBar(PrintStream out, int width, String title, long steps, long done, String text) {
    lastLine = new LastLine(out, width);
    bar =
        ProgressBar.builder()
            .setTaskName(title)
            .setInitialMax(steps)
            .setRenderer(EpochBar::line)
            .setConsumer(lastLine)
            .setUpdateIntervalMillis(REFRESH_MILLIS)
            .build();
    show(done, text);
  }

  /** Takes how far the epoch is and the text behind the bar. */
  void show(long done, String text) {
    bar.stepTo(done);
    bar.setExtraMessage(text);
  }

  @Override
  public void close() {
    // Waits for the last drawing. The library's own wiping is left out when a bar is closed before
    // it was first drawn, as in a very short epoch.
    bar.close();
    lastLine.wipe();
  }

  private static String line(ProgressState state, int width) {
    return line(state.getTaskName(), state.getNormalizedProgress(), state.getExtraMessage(), width);
  }

  /** Returns exactly {@code width} characters, so that nothing of an earlier line remains. */
  static String line(String title, double done, String text, int width) {
    int space = width - title.length() - text.length() - " [] ".length();
    String bar = "";
    if (space >= LEAST_BAR) {
      int filled = (int) (done * space);
      String head = filled < space ? ">" : "";
      bar = "[" + "=".repeat(filled) + head + " ".repeat(space - filled - head.length()) + "] ";
    }
    String line = title + " " + bar + text;
    return line.length() < width
        ? line + " ".repeat(width - line.length())
        : line.substring(0, width);
  }
}
