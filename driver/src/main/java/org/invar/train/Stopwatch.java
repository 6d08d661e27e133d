package org.invar.train;

/** Wall-clock time since it was made. */
final class Stopwatch {
  private final long start = System.nanoTime();

  double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }

  double millis() {
    return (System.nanoTime() - start) * 1e-6;
  }
}
