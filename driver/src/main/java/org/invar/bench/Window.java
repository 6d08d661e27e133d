package org.invar.bench;

import java.util.List;

/**
 * A part of a run whose speed was measured.
 *
 * @param end in seconds since 1970
 * @param seconds that it took
 * @param samplesPerSecond of training
 */
record Window(double end, double seconds, double samplesPerSecond) {
  /** Returns the median of the speeds. */
  static double median(List<Window> windows) {
    return Median.of(windows, Window::samplesPerSecond);
  }
}
