package org.invar.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Streams over one TCP connection a peer; the calling thread does everything. */
final class TcpTransport implements Transport {
  private final List<@Nullable SelectionKey> keys = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private final Selector selector;

  /**
   * Takes over connections.
   *
   * @param channels by rank, non-blocking; null at the worker's own
   */
  TcpTransport(List<@Nullable SocketChannel> channels) throws IOException {
    this.selector = Selector.open();
    for (SocketChannel channel : channels) {
      keys.add(channel == null ? null : channel.register(selector, 0));
      addresses.add(channel == null ? "itself" : Endpoints.text(channel.getRemoteAddress()));
    }
  }

  @Override
  public int read(int peer, ByteBuffer in) throws IOException {
    return channel(peer).read(in);
  }

  @Override
  public int write(int peer, ByteBuffer out) throws IOException {
    return channel(peer).write(out);
  }

  private SocketChannel channel(int peer) {
    return (SocketChannel) Objects.requireNonNull(keys.get(peer)).channel();
  }

  @Override
  public void await(BitSet readable, BitSet writable, long nanos)
      throws IOException, InterruptedException {
    try {
      for (int peer = 0; peer < keys.size(); peer++) {
        SelectionKey key = keys.get(peer);
        if (key != null) {
          int read = readable.get(peer) ? SelectionKey.OP_READ : 0;
          int write = writable.get(peer) ? SelectionKey.OP_WRITE : 0;
          // Setting even the same interest makes the selector visit the key.
          if (key.interestOps() != (read | write)) {
            key.interestOps(read | write);
          }
        }
      }
      selector.select(TcpTransport::seen, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    } catch (ClosedSelectorException | CancelledKeyException e) {
      throw (IOException) new ClosedChannelException().initCause(e);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  /** The loop tries every channel anyway; taking note of readiness only lets the selector sleep. */
  private static void seen(SelectionKey key) {}

  @Override
  public String address(int peer) {
    return addresses.get(peer);
  }

  @Override
  public void close() {
    for (SelectionKey key : keys) {
      if (key != null) {
        Endpoints.close(key.channel());
      }
    }
    Endpoints.close(selector);
  }
}
