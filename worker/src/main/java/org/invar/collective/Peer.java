package org.invar.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** One of the others in a gang: its frames in both directions, and when it was last heard of. */
final class Peer {
  // More frames a system call are faster; with many peers the buffers' memory counts for more.
  private static final int FEW = 16;
  private static final int FRAMES_OF_FEW = 4;
  private static final int FRAMES_OF_MANY = 2;

  private final int rank;
  private final Outgoing outgoing;
  private final Incoming incoming;
  private long heard;
  private long served;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();

  /** Makes a peer in a gang of {@code size} workers. */
  Peer(Session session, int size) {
    int frames = size <= FEW ? FRAMES_OF_FEW : FRAMES_OF_MANY;
    this.rank = session.peer();
    this.outgoing = session.outgoing(frames);
    this.incoming = session.incoming(frames);
  }

  int rank() {
    return rank;
  }

  long sent() {
    return sent.get();
  }

  long received() {
    return received.get();
  }

  /** Starts the clocks of a round. */
  void begin(long now) {
    heard = now;
    served = now;
  }

  /** Gives and takes what is possible now and returns whether anything was. */
  boolean exchange(Transport transport, Round round) throws IOException {
    boolean moved = give(transport, round);
    return take(transport, round) || moved;
  }

  private boolean give(Transport transport, Round round) throws IOException {
    boolean moved = false;
    while (!round.filled(rank)) {
      ByteBuffer out = outgoing.begin();
      if (out == null || !round.fill(rank, out)) {
        break;
      }
      outgoing.end(round.tag());
      moved = true;
    }
    if (owing()) {
      int bytes = transport.write(rank, outgoing.pending());
      if (bytes > 0) {
        sent.addAndGet(bytes);
        served = System.nanoTime();
        moved = true;
      }
    }
    return moved;
  }

  /** Reads once at most, so that no peer keeps the others waiting. */
  private boolean take(Transport transport, Round round) throws IOException {
    boolean moved = false;
    boolean mayRead = true;
    while (!round.taken(rank)) {
      ByteBuffer in = incoming.next();
      if (in != null) {
        check(round);
        round.take(rank, in);
        moved = true;
      } else if (mayRead && read(transport)) {
        mayRead = false;
        moved = true;
      } else {
        break;
      }
    }
    return moved;
  }

  private void check(Round round) throws StreamException {
    if (incoming.tag() != round.tag()) {
      throw new StreamException(
          "is out of step: it sent a frame of round " + incoming.tag() + ", not " + round.tag());
    }
  }

  private boolean read(Transport transport) throws IOException {
    int bytes = transport.read(rank, incoming.room());
    if (bytes < 0) {
      throw new StreamException("closed the connection");
    }
    if (bytes > 0) {
      received.addAndGet(bytes);
      heard = System.nanoTime();
    }
    return bytes > 0;
  }

  /** Returns whether frames were given that the channel has not taken yet. */
  boolean owing() {
    return outgoing.pending().hasRemaining();
  }

  /** Returns for how many nanoseconds the peer has sent nothing. */
  long silence(long now) {
    return now - heard;
  }

  /** Returns for how many nanoseconds the peer has accepted nothing. */
  long refusal(long now) {
    return now - served;
  }
}
