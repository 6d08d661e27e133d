package org.invar.bench;

import java.util.Arrays;
import org.invar.gang.ExchangeProbe.Pace;

/** What a step would take if it were nothing but the movement of its bytes. */
final class Bounds {
  private static final int VECTORS = 4;

  private Bounds() {}

  /**
   * Returns the milliseconds of copying, on one thread, what Adam has to touch: parameters,
   * gradient and two moments.
   */
  static double copyMillis(int floats, Pace pace) {
    float[][] from = new float[VECTORS][floats];
    float[][] to = new float[VECTORS][floats];
    copies(from, to, pace.warmUp());
    return Median.of(copies(from, to, pace));
  }

  private static double[] copies(float[][] from, float[][] to, Pace pace) {
    double[] millis = new double[pace.most()];
    double seconds = 0;
    int count = 0;
    while (!pace.isOver(count, seconds)) {
      long start = System.nanoTime();
      for (int i = 0; i < VECTORS; i++) {
        System.arraycopy(from[i], 0, to[i], 0, from[i].length);
      }
      long nanos = System.nanoTime() - start;
      seconds += nanos * 1e-9;
      millis[count++] = nanos * 1e-6;
    }
    return Arrays.copyOf(millis, count);
  }

  /**
   * Returns the milliseconds in which N workers send each other the bytes of a step over loopback,
   * all at once.
   */
  static double loopbackMillis(int floats, int workers, Pace pace) {
    // A slice's share of the gradient to its owner, and the new values of the own slice.
    long toEach = 2L * Float.BYTES * floats / workers;
    try (var loopback = Loopback.open(workers)) {
      return Median.of(loopback.steps(toEach, pace));
    }
  }
}
