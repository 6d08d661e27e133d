package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port on the driver to which the workers of one attempt connect their control links.
 *
 * <p>Whoever does not prove the run's key, the run, the attempt and a rank that has no open link is
 * dropped without harm.
 */
public final class ControlServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final long NAP = 250;

  private final Membership self;
  private final RunKey key;
  private final boolean encrypted;
  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final Selector selector;
  private final AtomicReferenceArray<@Nullable SocketLink> links;
  private volatile boolean shut;
  private volatile boolean closed;

  private ControlServer(
      Membership self,
      RunKey key,
      boolean encrypted,
      ServerSocketChannel server,
      InetSocketAddress address,
      Selector selector) {
    this.self = self;
    this.key = key;
    this.encrypted = encrypted;
    this.server = server;
    this.address = address;
    this.selector = selector;
    this.links = new AtomicReferenceArray<>(self.size());
  }

  /**
   * Binds the port; nobody is served before {@link #accept}.
   *
   * <p>The port is bound on the address that {@code bindAddress} has on this machine.
   *
   * @param run the run's identifier
   * @param attempt which gang of the run
   * @param size number of workers
   * @param key the run's secret
   * @param encrypted whether messages are encrypted; the same at every worker
   * @param bindAddress the name or address to bind
   * @param port the first port to try, or 0 for any free one
   * @param retries how many of the following ports to try when one is taken
   * @throws org.invar.InvarException when the address is not of this machine, or none of the ports
   *     is free
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
    Membership self = new Membership(run, attempt, Membership.DRIVER, size);
    Endpoints.requireHere("the driver", bindAddress);
    ServerSocketChannel server = Endpoints.bind("the driver", bindAddress, port, retries);
    try {
      return new ControlServer(
          self, key, encrypted, server, Endpoints.address(bindAddress, server), Selector.open());
    } catch (IOException e) {
      Endpoints.close(server);
      throw new UncheckedIOException("cannot watch the driver's port", e);
    }
  }

  /**
   * Returns the bind address as given, not resolved, and the port that was bound; workers may have
   * to use another host name.
   */
  public InetSocketAddress address() {
    return address;
  }

  /**
   * Accepts workers as they come, until {@link #shut} or {@link #close}; to be called once.
   *
   * @param joined called with each proven worker's rank and link, on a new daemon thread for each,
   *     which may go on to receive from the link
   */
  public void accept(BiConsumer<Integer, MessageLink> joined) {
    daemon("invar-control-accept", () -> serve(joined));
  }

  private void serve(BiConsumer<Integer, MessageLink> joined) {
    try (Reception reception =
        new Reception(
            server,
            selector,
            self.size(),
            () -> Handshake.acceptor(self, key, encrypted, this::admits),
            (channel, session) -> welcome(channel, session, joined))) {
      while (!shut) {
        selector.select(reception::serve, NAP);
        reception.expire();
      }
    } catch (IOException | ClosedSelectorException e) {
      if (!shut) {
        LOG.error("the driver accepts no more workers at {}", Endpoints.text(address), e);
      }
    }
  }

  private boolean admits(int rank) {
    if (rank < 0 || rank >= self.size()) {
      return false;
    }
    SocketLink link = links.get(rank);
    return link == null || !link.isOpen();
  }

  private void welcome(
      SocketChannel channel, Session session, BiConsumer<Integer, MessageLink> joined)
      throws IOException {
    channel.configureBlocking(true);
    SocketLink link = new SocketLink(channel, session);
    int rank = session.peer();
    links.set(rank, link);
    if (closed) {
      link.close();
      return;
    }
    daemon("invar-control-" + rank, () -> joined.accept(rank, link));
  }

  private static void daemon(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Closes the port, which is free again afterwards; links stay. */
  public void shut() {
    shut = true;
    Endpoints.close(server);
    // A registered channel frees its port when its selector lets go of it.
    Endpoints.close(selector);
  }

  /** Closes the port and all links. */
  @Override
  public void close() {
    closed = true;
    shut();
    for (int rank = 0; rank < links.length(); rank++) {
      Endpoints.close(links.get(rank));
    }
  }
}
