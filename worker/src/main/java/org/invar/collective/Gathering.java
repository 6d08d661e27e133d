package org.invar.collective;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One worker's search for all others: calls those of lower rank, receives those of higher. */
final class Gathering implements AutoCloseable {
  private static final long NAP = TimeUnit.MILLISECONDS.toNanos(250);

  private final Membership self;
  private final List<InetSocketAddress> addresses;
  private final Duration timeout;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final Reception reception;
  private final List<Caller> callers = new ArrayList<>();
  private final List<@Nullable SocketChannel> channels;
  private final List<@Nullable Peer> peers;
  private boolean handedOver;

  /** Prepares; the arguments are those of {@link Mesh}. */
  Gathering(
      Membership self,
      RunKey key,
      boolean encrypted,
      ServerSocketChannel server,
      List<InetSocketAddress> addresses,
      Duration timeout)
      throws IOException {
    this.self = self;
    this.addresses = addresses;
    this.timeout = timeout;
    this.server = server;
    this.channels = new ArrayList<>(Arrays.asList(new SocketChannel[self.size()]));
    this.peers = new ArrayList<>(Arrays.asList(new Peer[self.size()]));
    this.selector = Selector.open();
    this.reception =
        new Reception(
            server,
            selector,
            self.size(),
            () -> Handshake.acceptor(self, key, encrypted, this::admits),
            this::join);
    for (int rank = 0; rank < self.rank(); rank++) {
      int peer = rank;
      callers.add(
          new Caller(
              selector,
              addresses.get(rank),
              () -> Handshake.connector(self, peer, key, encrypted),
              this::join));
    }
  }

  private boolean admits(int rank) {
    return rank > self.rank() && rank < self.size() && peers.get(rank) == null;
  }

  private void join(SocketChannel channel, Session session) {
    channels.set(session.peer(), channel);
    peers.set(session.peer(), new Peer(session, self.size()));
  }

  /** Waits until all are there. */
  Collective run(Duration stall) throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (!missing().isEmpty()) {
      long left = timeout.toNanos() - (System.nanoTime() - start);
      if (left <= 0) {
        throw late();
      }
      if (!server.isOpen()) {
        throw new ClosedChannelException();
      }
      callers.forEach(Caller::tick);
      long now = System.nanoTime();
      long rest = callers.stream().mapToLong(caller -> caller.rest(now)).min().orElse(NAP);
      long nap = Math.min(Math.min(left, rest), NAP);
      selector.select(this::serve, TimeUnit.NANOSECONDS.toMillis(nap) + 1);
      if (Thread.interrupted()) {
        throw new InterruptedException(
            Membership.name(self.rank()) + " was interrupted while it waited for " + absent());
      }
      reception.expire();
    }
    List<Peer> others = peers.stream().filter(Objects::nonNull).toList();
    Transport transport = new TcpTransport(channels);
    handedOver = true;
    return new Collective(self.rank(), others, transport, stall);
  }

  private void serve(SelectionKey key) {
    if (key.attachment() instanceof Caller caller) {
      caller.serve();
    } else {
      reception.serve(key);
    }
  }

  private List<Integer> missing() {
    return IntStream.range(0, self.size())
        .filter(rank -> rank != self.rank() && peers.get(rank) == null)
        .boxed()
        .toList();
  }

  private PeerException late() {
    List<Integer> missing = missing();
    return new PeerException(
        missing.size() == 1 ? missing.get(0) : PeerException.UNKNOWN,
        "%s waited %s s for %s"
            .formatted(Membership.name(self.rank()), timeout.toMillis() / 1e3, absent()));
  }

  private String absent() {
    return missing().stream()
        .map(rank -> Membership.name(rank) + " at " + where(rank))
        .collect(Collectors.joining(" and "));
  }

  private String where(int rank) {
    return rank < self.rank()
        ? callers.get(rank).problem()
        : Endpoints.text(addresses.get(rank)) + " (has not connected)";
  }

  /** Closes the port, and all connections unless they were handed over. */
  @Override
  public void close() {
    reception.close();
    callers.forEach(Caller::close);
    Endpoints.close(selector);
    if (!handedOver) {
      channels.forEach(Endpoints::close);
    }
  }
}
