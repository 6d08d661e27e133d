package org.invar.collective;

import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.function.BiConsumer;

/**
 * The port on the driver to which the workers of one attempt connect their control links.
 *
 * <p>Whoever does not prove the run's key, the run, the attempt and a rank that has no open link is
 * dropped without harm.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ControlServer implements Closeable {
  private ControlServer() {}

  /**
   * Binds the port; nobody is served before {@link #accept}.
   *
   * @param run the run's identifier
   * @param attempt which gang of the run
   * @param size number of workers
   * @param key the run's secret
   * @param encrypted whether messages are encrypted; the same at every worker
   * @param bindAddress the name or address to bind
   * @param port the first port to try, or 0 for any free one
   * @param retries how many of the following ports to try when one is taken
   * @throws org.invar.InvarException when none of the ports is free
   */
  public static ControlServer bind(
      String run,
      int attempt,
      int size,
      RunKey key,
      boolean encrypted,
      String bindAddress,
      int port,
      int retries) {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the bind address as given, not resolved, and the port that was bound; workers may have
   * to use another host name.
   */
  public InetSocketAddress address() {
    throw new UnsupportedOperationException();
  }

  /**
   * Accepts workers as they come, until {@link #close}.
   *
   * @param joined called with each proven worker's rank and link, on a new daemon thread for each,
   *     which may go on to receive from the link
   */
  public void accept(BiConsumer<Integer, MessageLink> joined) {
    throw new UnsupportedOperationException();
  }

  /** Closes the port and all links. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
