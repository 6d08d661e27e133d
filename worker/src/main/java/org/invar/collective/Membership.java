package org.invar.collective;

/**
 * Who somebody is in a run: what a connection's handshake proves.
 *
 * @param run the run's identifier
 * @param attempt counts the gangs of the run, so that a worker left over from an earlier one is
 *     refused
 * @param rank 0 ≤ rank &lt; size for a worker, {@link #DRIVER} for the driver
 * @param size number of workers, at least 1
 */
public record Membership(String run, int attempt, int rank, int size) {
  /** The driver's rank. */
  public static final int DRIVER = -1;

  /** Checks the ranges. */
  public Membership {
    if (size < 1) {
      throw new IllegalArgumentException("size=" + size + " is less than 1");
    }
    if (rank < DRIVER || rank >= size) {
      throw new IllegalArgumentException("rank=" + rank + " is not in [-1, " + size + ")");
    }
  }

  /** Returns a rank as messages name it: {@code worker 3}, or {@code the driver}. */
  static String name(int rank) {
    return rank == DRIVER ? "the driver" : "worker " + rank;
  }
}
