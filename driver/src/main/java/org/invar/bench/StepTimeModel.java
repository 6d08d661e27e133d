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
   * Returns the model with the costs that measurements show, each where it is most of the time.
   *
   * @param nothing steps of gangs that have one value to exchange: the cost of a peer
   * @param points steps of gangs of at least two workers; the cost of a byte has the least sum of
   *     squared relative errors
   * @param nanosPerAdd measured in one worker
   * @param nanosPerUpdate likewise
   */
  static StepTimeModel fit(
      List<Point> nothing, List<Point> points, double nanosPerAdd, double nanosPerUpdate) {
    double[] micros =
        nothing.stream().mapToDouble(one -> one.millis() * 1e3 / (one.workers() - 1)).toArray();
    double peerMicros = Median.of(micros);
    var known = new StepTimeModel(HOP_MICROS, peerMicros, 0, nanosPerAdd, nanosPerUpdate);
    double squares = 0;
    double products = 0;
    for (Point point : points) {
      double nanos = point.millis() * 1e6;
      double bytes = bytes(point.floats(), point.workers()) / nanos;
      squares += bytes * bytes;
      products += bytes * (1 - known.processorNanos(point.floats(), point.workers()) / nanos);
    }
    double nanosPerByte = Math.max(0, products / squares);
    return new StepTimeModel(HOP_MICROS, peerMicros, nanosPerByte, nanosPerAdd, nanosPerUpdate);
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
