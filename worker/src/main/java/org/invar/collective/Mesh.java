package org.invar.collective;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * How the workers of a gang find each other: one port a worker, one connection a pair.
 *
 * <p>A worker binds its port, tells the driver its address, hears everybody's, and connects to
 * those of lower rank while those of higher rank connect to it. Whoever does not prove the run's
 * key, the run, the attempt and a rank that is still missing is dropped without harm. Used by one
 * thread, except for {@link #close}.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Mesh implements Closeable {
  private Mesh() {}

  /**
   * Binds the port on which peers connect; nobody is served before {@link #connect}. A gang of one
   * binds nothing.
   *
   * @param self this worker
   * @param key the run's secret
   * @param encrypted whether frames between workers are encrypted; the same at every worker
   * @param host the name or address under which peers reach this machine
   * @param port the first port to try, or 0 for any free one
   * @param retries how many of the following ports to try when one is taken
   * @throws org.invar.InvarException when none of the ports is free
   */
  public static Mesh bind(
      Membership self, RunKey key, boolean encrypted, String host, int port, int retries) {
    throw new UnsupportedOperationException();
  }

  /** Returns where peers connect: the host as given, not resolved, and the port that was bound. */
  public InetSocketAddress address() {
    throw new UnsupportedOperationException();
  }

  /**
   * Connects this worker with all others, and closes the port.
   *
   * @param addresses every worker's {@link #address}, by rank; resolved here
   * @param timeout how long to wait for all workers
   * @param stall how long a peer may be silent in a round while something is expected of it
   * @throws PeerException when workers are missing at the end of the timeout; names them
   */
  public Collective connect(List<InetSocketAddress> addresses, Duration timeout, Duration stall)
      throws PeerException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Closes the port; a {@link #connect} that is under way fails. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
