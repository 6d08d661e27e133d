package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who connected to a port and has not proven the run's key yet.
 *
 * <p>All are served side by side, each for {@link Handshake#DEADLINE} at most. When there are too
 * many, the one that has had the most time goes: an honest handshake takes two round trips, and an
 * honest peer that is sent away comes again. Used by one thread.
 */
final class Reception implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

  private static final int STRANGERS = 64;
  private static final int AT_ONCE = 16;

  /** What to do with somebody who has proven the key. */
  @FunctionalInterface
  interface Welcome {
    /** Takes over a connection, which does not block and is registered nowhere. */
    void accept(SocketChannel channel, Session session) throws IOException;
  }

  private record Guest(SocketChannel channel, Handshake handshake, long deadline) {}

  private final ServerSocketChannel server;
  private final Selector selector;
  private final int most;
  private final Supplier<Handshake> greeting;
  private final Welcome welcome;
  private final Set<Guest> guests = new LinkedHashSet<>();

  /**
   * Opens the doors.
   *
   * @param expected how many honest peers may come at once
   * @param greeting makes the acceptor's side of a handshake
   */
  Reception(
      ServerSocketChannel server,
      Selector selector,
      int expected,
      Supplier<Handshake> greeting,
      Welcome welcome)
      throws IOException {
    this.server = server;
    this.selector = selector;
    this.most = STRANGERS + expected;
    this.greeting = greeting;
    this.welcome = welcome;
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** Serves the port or a guest, whichever the key belongs to. */
  void serve(SelectionKey key) {
    if (key.attachment() instanceof Guest guest) {
      advance(guest);
    } else {
      accept();
    }
  }

  private void accept() {
    try {
      for (int count = 0; count < AT_ONCE; count++) {
        SocketChannel channel = server.accept();
        if (channel == null) {
          return;
        }
        receive(channel);
      }
    } catch (IOException e) {
      // Out of file descriptors, say: make room.
      LOG.debug("cannot accept", e);
      dropFirst();
    }
  }

  private void receive(SocketChannel channel) {
    if (guests.size() == most) {
      dropFirst();
    }
    Guest guest = new Guest(channel, greeting.get(), System.nanoTime() + Handshake.DEADLINE);
    try {
      Endpoints.tune(channel);
      channel.configureBlocking(false).register(selector, SelectionKey.OP_READ, guest);
      guests.add(guest);
    } catch (IOException e) {
      Endpoints.close(channel);
      return;
    }
    advance(guest);
  }

  private void advance(Guest guest) {
    SocketChannel channel = guest.channel();
    SelectionKey key = channel.keyFor(selector);
    if (key == null || !key.isValid()) {
      return;
    }
    try {
      if (guest.handshake().advance(channel)) {
        guests.remove(guest);
        key.cancel();
        welcome.accept(channel, guest.handshake().session());
      } else {
        boolean writing = guest.handshake().writing();
        key.interestOps(writing ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
      }
    } catch (IOException e) {
      drop(guest, e.getMessage());
    }
  }

  private void dropFirst() {
    Iterator<Guest> oldest = guests.iterator();
    if (oldest.hasNext()) {
      drop(oldest.next(), "too many others wait");
    }
  }

  /** Drops who is overdue. */
  void expire() {
    long now = System.nanoTime();
    Iterator<Guest> oldest = guests.iterator();
    while (oldest.hasNext()) {
      Guest guest = oldest.next();
      if (guest.deadline() - now > 0) {
        return;
      }
      oldest.remove();
      drop(guest, "no proof in time");
    }
  }

  private void drop(Guest guest, @Nullable String reason) {
    LOG.debug("dropped {}: {}", guest.channel(), reason);
    guests.remove(guest);
    Endpoints.close(guest.channel());
  }

  /** Closes the port and drops all who wait. */
  @Override
  public void close() {
    Endpoints.close(server);
    guests.forEach(guest -> Endpoints.close(guest.channel()));
    guests.clear();
  }
}
