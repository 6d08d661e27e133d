package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the workers of a gang find each other: one port a worker, one connection a pair.
 *
 * <p>A worker binds its port, tells the driver its address, hears everybody's, and connects to
 * those of lower rank while those of higher rank connect to it. Whoever does not prove the run's
 * key, the run, the attempt and a rank that is still missing is dropped without harm. Used by one
 * thread, except for {@link #close}.
 */
public final class Mesh implements Closeable {
  private final Membership self;
  private final RunKey key;
  private final boolean encrypted;
  private final @Nullable ServerSocketChannel server;
  private final InetSocketAddress address;

  private Mesh(
      Membership self,
      RunKey key,
      boolean encrypted,
      @Nullable ServerSocketChannel server,
      InetSocketAddress address) {
    this.self = self;
    this.key = key;
    this.encrypted = encrypted;
    this.server = server;
    this.address = address;
  }

  /**
   * Binds the port on which peers connect; nobody is served before {@link #connect}. A gang of one
   * binds nothing.
   *
   * <p>The port is bound on the address that {@code host} has on this machine, or on all addresses
   * where it has none, as behind a gateway.
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
    if (self.rank() == Membership.DRIVER) {
      throw new IllegalArgumentException("rank=" + self.rank() + " is not a worker's");
    }
    if (self.size() == 1) {
      return new Mesh(self, key, encrypted, null, InetSocketAddress.createUnresolved(host, port));
    }
    ServerSocketChannel server = Endpoints.bind(Membership.name(self.rank()), host, port, retries);
    return new Mesh(self, key, encrypted, server, Endpoints.address(host, server));
  }

  /**
   * Returns where peers connect: the host as given, not resolved, and the port that was bound. In a
   * gang of one, the port as given.
   */
  public InetSocketAddress address() {
    return address;
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
    if (addresses.size() != self.size()) {
      throw new IllegalArgumentException(
          addresses.size() + " addresses for " + self.size() + " workers");
    }
    if (server == null) {
      return Collective.alone();
    }
    try (Gathering gathering =
        new Gathering(self, key, encrypted, server, List.copyOf(addresses), timeout)) {
      return gathering.run(stall);
    } catch (PeerException e) {
      throw e;
    } catch (IOException e) {
      throw new PeerException(
          PeerException.UNKNOWN,
          Membership.name(self.rank()) + " cannot connect to the others: " + e,
          e);
    }
  }

  /** Closes the port; a {@link #connect} that is under way fails. */
  @Override
  public void close() {
    Endpoints.close(server);
  }
}
