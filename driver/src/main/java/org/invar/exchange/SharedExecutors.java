package org.invar.exchange;

/**
 * How many of an application's executors its gangs have: a gang takes whole executors, and one that
 * finds too few free waits until another gives its own back.
 *
 * <p>Any thread may use it.
 */
public final class SharedExecutors {
  private int taken;

  /** Takes executors if so many of those that are alive are free. */
  synchronized boolean take(int count, int alive) {
    boolean free = alive - taken >= count;
    taken += free ? count : 0;
    return free;
  }

  /** Gives executors back, dead or alive. */
  synchronized void giveBack(int count) {
    taken -= count;
  }

  /** Returns how many gangs have. */
  synchronized int taken() {
    return taken;
  }
}
