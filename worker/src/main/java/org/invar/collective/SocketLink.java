package org.invar.collective;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;

/**
 * A link over a TCP connection that blocks.
 *
 * <p>A message is one or more frames; a frame's tag is the number of the message's bytes that
 * follow in later frames.
 */
final class SocketLink implements MessageLink {
  private static final int FRAMES = 2;

  private final SocketChannel channel;
  private final Outgoing outgoing;
  private final Incoming incoming;
  private final Object sending = new Object();
  private final Object receiving = new Object();

  SocketLink(SocketChannel channel, Session session) {
    this.channel = channel;
    this.outgoing = session.outgoing(FRAMES);
    this.incoming = session.incoming(FRAMES);
  }

  /** Refuses a message that is too long. */
  static void check(byte[] message) {
    if (message.length > MAX_MESSAGE) {
      throw new IllegalArgumentException(
          "message of " + message.length + " bytes is longer than " + MAX_MESSAGE + " bytes");
    }
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void send(byte[] message) throws IOException {
    check(message);
    synchronized (sending) {
      try {
        int at = 0;
        do {
          int length = Math.min(message.length - at, Frames.MAX_PAYLOAD);
          ByteBuffer out = outgoing.begin();
          if (out == null) {
            throw new IllegalStateException("no room for a frame");
          }
          out.put(message, at, length);
          at += length;
          outgoing.end(message.length - at);
          while (outgoing.pending().hasRemaining()) {
            channel.write(outgoing.pending());
          }
        } while (at < message.length);
      } catch (IOException e) {
        close();
        throw e;
      }
    }
  }

  @Override
  public byte[] receive() throws IOException, InterruptedException {
    synchronized (receiving) {
      try {
        return message();
      } catch (ClosedByInterruptException e) {
        // The channel leaves the thread's status set, which the exception stands for.
        Thread.interrupted();
        throw (InterruptedException)
            new InterruptedException("interrupted while waiting for a message").initCause(e);
      } catch (IOException e) {
        close();
        throw e;
      }
    }
  }

  private byte[] message() throws IOException {
    ByteBuffer in = frame();
    int length = length(in.remaining());
    byte[] message = new byte[length];
    int at = 0;
    while (true) {
      int piece = in.remaining();
      in.get(message, at, piece);
      at += piece;
      if (at == length) {
        return message;
      }
      in = frame();
      if (length(at + in.remaining()) != length || !in.hasRemaining()) {
        throw new StreamException("sent the pieces of a message in disorder");
      }
    }
  }

  /** Returns a message's length: bytes up to here and what the frame's tag announces. */
  private int length(int bytes) throws StreamException {
    int rest = incoming.tag();
    if (rest < 0 || rest > MAX_MESSAGE - bytes) {
      throw new StreamException(
          "sent a message of " + (rest + (long) bytes) + " bytes (up to " + MAX_MESSAGE + ")");
    }
    return bytes + rest;
  }

  private ByteBuffer frame() throws IOException {
    while (true) {
      ByteBuffer payload = incoming.next();
      if (payload != null) {
        return payload;
      }
      if (channel.read(incoming.room()) < 0) {
        throw new EOFException("the other side closed the link");
      }
    }
  }

  @Override
  public void close() {
    Endpoints.close(channel);
  }
}
