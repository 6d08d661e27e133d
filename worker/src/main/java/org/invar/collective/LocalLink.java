package org.invar.collective;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;

/** One of two linked ends within one JVM. */
final class LocalLink implements MessageLink {
  /** What both ends share; guards the queues. */
  private static final class Wire {
    private boolean closed;
  }

  private final Wire wire;
  private final Deque<byte[]> incoming;
  private final Deque<byte[]> outgoing;
  private boolean closedHere;

  private LocalLink(Wire wire, Deque<byte[]> incoming, Deque<byte[]> outgoing) {
    this.wire = wire;
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  static MessageLink[] pair() {
    Wire wire = new Wire();
    Deque<byte[]> there = new ArrayDeque<>();
    Deque<byte[]> back = new ArrayDeque<>();
    return new MessageLink[] {new LocalLink(wire, there, back), new LocalLink(wire, back, there)};
  }

  @Override
  public void send(byte[] message) throws IOException {
    SocketLink.check(message);
    synchronized (wire) {
      if (wire.closed) {
        throw new ClosedChannelException();
      }
      outgoing.add(message.clone());
      wire.notifyAll();
    }
  }

  @Override
  public byte[] receive() throws IOException, InterruptedException {
    synchronized (wire) {
      while (!closedHere && incoming.isEmpty() && !wire.closed) {
        wire.wait();
      }
      if (closedHere) {
        throw new ClosedChannelException();
      }
      byte[] message = incoming.poll();
      if (message == null) {
        throw new EOFException("the other end of the link closed it");
      }
      return message;
    }
  }

  @Override
  public void close() {
    synchronized (wire) {
      closedHere = true;
      wire.closed = true;
      wire.notifyAll();
    }
  }
}
