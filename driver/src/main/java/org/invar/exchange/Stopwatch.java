package org.invar.exchange;

/** Wall-clock time since it was made. */
public final class Stopwatch {
  private final long start = System.nanoTime();

  /** Returns the seconds since it was made. */
  public double seconds() {
    return (System.nanoTime() - start) * 1e-9;
  }

  /** Returns the milliseconds since it was made. */
  public double millis() {
    return (System.nanoTime() - start) * 1e-6;
  }
}
