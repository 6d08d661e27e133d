package org.invar.exchange;

/**
 * What a worker has been told to do and has not done, and since when it has come no further with
 * it; used by one thread.
 */
final class Owed {
  private final String neglect;
  private long owed;
  private long reached;
  private long since;

  /**
   * Makes what nothing is owed of yet.
   *
   * @param neglect what is said of a worker that comes no further, such as "has scored no rows"
   */
  Owed(String neglect) {
    this.neglect = neglect;
  }

  /** Notes that a worker was told to do so many more. */
  void owe(long count, long now) {
    if (owed == 0) {
      since = now;
    }
    owed += count;
  }

  /** Notes that so many are done. */
  void done(long count, long now) {
    owed = Math.max(0, owed - count);
    since = now;
  }

  /** Notes that the worker owes nothing any more. */
  void clear() {
    owed = 0;
  }

  /** Notes how far the worker says that it is; the same number again is no progress. */
  void reached(long progress, long now) {
    if (progress != reached) {
      reached = progress;
      since = now;
    }
  }

  /** Starts the time anew, for who could not hear what the worker said. */
  void excuse(long now) {
    since = now;
  }

  /** Whether something is owed, and nothing was done for longer than that. */
  boolean isNeglected(long nanos, long now) {
    return owed > 0 && now - since > nanos;
  }

  /** Returns what to say of a worker that neglects it. */
  @Override
  public String toString() {
    return neglect;
  }
}
