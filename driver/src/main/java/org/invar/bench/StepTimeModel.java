package org.invar.bench;

import java.util.List;
import org.invar.optim.ParameterAverager;

/**
 * What a step's exchange takes among N executors that have a network port each, from costs that
 * were measured on one machine.
 *
 * <p>The worker with the largest slice, of s of the P floats, sends and receives b = 4(P − s) + 4(N
 * − 1)s bytes each way, adds N − 1 vectors of s floats, and updates s floats:
 *
 * <pre>t = 2 hop + (N − 1) peer + b (8 / bandwidth + perByte) + (N − 1) s perAdd + s perUpdate
 * </pre>
 *
 * <p>Nothing overlaps in it, so where network and processor work at the same time it is too high.
 *
 * @param hopMicros one way through the network; an assumption, two of them are in a step
 * @param peerMicros of the processor for each peer, whatever the size
 * @param nanosPerByte of the processor for a byte that is sent and another that is received:
 *     copies, checksums, the operating system
 * @param nanosPerAdd for adding one float to another
 * @param nanosPerUpdate for updating one float by Adam and storing it
 */
public record StepTimeModel(
    double hopMicros,
    double peerMicros,
    double nanosPerByte,
    double nanosPerAdd,
    double nanosPerUpdate) {
  /** The assumed time of one way between two machines of a data centre. */
  static final double HOP_MICROS = 50;

  /**
   * A measurement of a gang.
   *
   * @param floats P
   * @param workers N
   * @param millis of a processor that a worker's step took
   */
  record Point(int floats, int workers, double millis) {}

  /**
   * Fits the costs of peers and bytes to measurements, with the least sum of squared relative
   * errors.
   *
   * @param points of gangs of at least two workers; in at least two of them the bytes a peer differ
   * @param nanosPerAdd measured in one worker
   * @param nanosPerUpdate likewise
   */
  static StepTimeModel fit(List<Point> points, double nanosPerAdd, double nanosPerUpdate) {
    var known = new StepTimeModel(0, 0, 0, nanosPerAdd, nanosPerUpdate);
    double xx = 0;
    double xy = 0;
    double yy = 0;
    double xt = 0;
    double yt = 0;
    for (Point point : points) {
      double nanos = point.millis() * 1e6;
      double rest = 1 - known.processorNanos(point.floats(), point.workers()) / nanos;
      double x = (point.workers() - 1) / nanos;
      double y = bytes(point.floats(), point.workers()) / nanos;
      xx += x * x;
      xy += x * y;
      yy += y * y;
      xt += x * rest;
      yt += y * rest;
    }
    double determinant = xx * yy - xy * xy;
    if (points.size() < 2 || determinant <= 1e-9 * xx * yy) {
      throw new IllegalArgumentException("too few kinds of measurements for a fit: " + points);
    }
    double peer = (xt * yy - yt * xy) / determinant;
    double perByte = (yt * xx - xt * xy) / determinant;
    if (peer < 0) {
      peer = 0;
      perByte = yt / yy;
    } else if (perByte < 0) {
      peer = xt / xx;
      perByte = 0;
    }
    return new StepTimeModel(HOP_MICROS, peer / 1e3, perByte, nanosPerAdd, nanosPerUpdate);
  }

  /** Returns the floats of the largest slice: slices are cut at blocks. */
  static int slice(int floats, int workers) {
    int blocks = ParameterAverager.blocks(floats);
    long most = (long) (blocks + workers - 1) / workers * ParameterAverager.BLOCK;
    return (int) Math.min(floats, most);
  }

  /** Returns the bytes that the owner of the largest slice sends, and receives. */
  static long bytes(int floats, int workers) {
    long slice = slice(floats, workers);
    return Float.BYTES * (floats - slice + (workers - 1) * slice);
  }

  private double processorNanos(int floats, int workers) {
    double slice = slice(floats, workers);
    return 1e3 * peerMicros * (workers - 1)
        + nanosPerByte * bytes(floats, workers)
        + nanosPerAdd * (workers - 1) * slice
        + nanosPerUpdate * slice;
  }

  /**
   * Returns the milliseconds of a step's exchange.
   *
   * @param floats P, and the values of the state
   * @param workers N, each on a machine of its own
   * @param gigabits a second that each can send, and receive
   */
  public double exchangeMillis(int floats, int workers, double gigabits) {
    double wire = workers > 1 ? 2e3 * hopMicros + bytes(floats, workers) * 8 / gigabits : 0;
    return (wire + processorNanos(floats, workers)) * 1e-6;
  }
}
