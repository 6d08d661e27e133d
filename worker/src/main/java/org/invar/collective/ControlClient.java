package org.invar.collective;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A worker's side of the control link. */
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
    AtomicReference<SocketLink> link = new AtomicReference<>();
    try (Selector selector = Selector.open();
        Caller caller =
            new Caller(
                selector,
                driver,
                () -> Handshake.connector(self, Membership.DRIVER, key, encrypted),
                (channel, session) -> {
                  channel.configureBlocking(true);
                  link.set(new SocketLink(channel, session));
                })) {
      long start = System.nanoTime();
      while (link.get() == null) {
        long left = timeout.toNanos() - (System.nanoTime() - start);
        if (left <= 0) {
          throw new PeerException(
              PeerException.UNKNOWN,
              "%s waited %s s for the driver at %s"
                  .formatted(
                      Membership.name(self.rank()), timeout.toMillis() / 1e3, caller.problem()));
        }
        caller.tick();
        long rest = Math.min(left, caller.rest(System.nanoTime()));
        selector.select(selected -> caller.serve(), TimeUnit.NANOSECONDS.toMillis(rest) + 1);
        if (Thread.interrupted()) {
          Endpoints.close(link.get());
          throw new InterruptedException(
              Membership.name(self.rank()) + " was interrupted while it waited for the driver");
        }
      }
      return link.get();
    } catch (PeerException e) {
      throw e;
    } catch (IOException e) {
      throw new PeerException(
          PeerException.UNKNOWN,
          Membership.name(self.rank()) + " cannot connect to the driver: " + e,
          e);
    }
  }
}
