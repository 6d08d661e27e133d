package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one address, again and again until the other side has proven the run's key. Used by
 * one thread.
 */
final class Caller implements Closeable {
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LAST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

  private final Selector selector;
  private final InetSocketAddress address;
  private final Supplier<Handshake> greeting;
  private final Reception.Welcome welcome;
  private @Nullable SocketChannel channel;
  private @Nullable Handshake handshake;
  private boolean done;
  private boolean greeted;
  private long deadline;
  private long pause = FIRST_PAUSE;
  private String problem = "no answer yet";

  /**
   * Prepares to connect.
   *
   * @param address resolved here, at every try
   * @param greeting makes the connector's side of a handshake
   */
  Caller(
      Selector selector,
      InetSocketAddress address,
      Supplier<Handshake> greeting,
      Reception.Welcome welcome) {
    this.selector = selector;
    this.address = address;
    this.greeting = greeting;
    this.welcome = welcome;
    this.deadline = System.nanoTime();
  }

  /** Starts a try when it is time to; ends one that takes too long. */
  void tick() {
    long now = System.nanoTime();
    if (done || deadline - now > 0) {
      return;
    }
    if (channel != null) {
      fail("no proof in time");
      return;
    }
    deadline = now + Handshake.DEADLINE;
    greeted = false;
    try {
      SocketChannel next = SocketChannel.open();
      channel = next;
      handshake = greeting.get();
      next.configureBlocking(false);
      Endpoints.tune(next);
      next.register(selector, SelectionKey.OP_CONNECT, this);
      if (next.connect(new InetSocketAddress(address.getHostString(), address.getPort()))) {
        advance(next);
      }
    } catch (UnresolvedAddressException e) {
      fail("unknown host");
    } catch (IOException e) {
      fail(e.getMessage());
    }
  }

  /** Goes on after the selector reported the connection. */
  void serve() {
    SocketChannel current = channel;
    if (current == null || done) {
      return;
    }
    try {
      if (current.isConnected() || current.finishConnect()) {
        advance(current);
      }
    } catch (IOException e) {
      fail(e.getMessage());
    }
  }

  private void advance(SocketChannel current) throws IOException {
    Handshake shake = handshake;
    SelectionKey key = current.keyFor(selector);
    if (shake == null || key == null) {
      return;
    }
    if (shake.advance(current)) {
      done = true;
      key.cancel();
      welcome.accept(current, shake.session());
      return;
    }
    if (shake.greeted() && !greeted) {
      // Who was slow to open its doors shall not be left just when it answers.
      greeted = true;
      deadline = System.nanoTime() + Handshake.DEADLINE;
    }
    key.interestOps(shake.writing() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
  }

  private void fail(@Nullable String reason) {
    problem = reason == null ? "no connection" : reason;
    Endpoints.close(channel);
    channel = null;
    deadline = System.nanoTime() + pause;
    pause = Math.min(2 * pause, LAST_PAUSE);
  }

  /** Returns how many nanoseconds {@link #tick} can wait. */
  long rest(long now) {
    return done ? Long.MAX_VALUE : Math.max(0, deadline - now);
  }

  /** Returns where this connects to and what went wrong last. */
  String problem() {
    return Endpoints.text(address) + " (" + problem + ")";
  }

  /** Ends a try that is under way; a connection that was handed over stays. */
  @Override
  public void close() {
    if (!done) {
      Endpoints.close(channel);
    }
  }
}
