package org.invar.collective;

import java.net.InetSocketAddress;
import java.time.Duration;

/** A worker's side of the control link. */
@SuppressWarnings("DoNotCallSuggester")
public final class ControlClient {
  private ControlClient() {}

  /**
   * Connects a worker to the driver's {@link ControlServer}, trying again until it succeeds.
   *
   * @param self this worker
   * @param key the run's secret
   * @param encrypted whether messages are encrypted; the same as on the driver
   * @param driver the host and port of the driver, resolved here
   * @param timeout how long to try
   * @throws PeerException when the driver was not reached or did not prove the key in that time
   */
  public static MessageLink connect(
      Membership self, RunKey key, boolean encrypted, InetSocketAddress driver, Duration timeout)
      throws PeerException, InterruptedException {
    throw new UnsupportedOperationException();
  }
}
