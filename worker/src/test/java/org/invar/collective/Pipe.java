package org.invar.collective;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Queue;

/** Bytes in memory on their way from one thread to another; its owner holds a lock around calls. */
final class Pipe {
  // Less than a frame and no divisor of one, so that pieces of all sizes occur.
  private static final int CAPACITY = 40_009;

  private final byte[] ring = new byte[CAPACITY];
  private final Queue<Fault> faults;
  private int first;
  private int count;
  private long position;
  private long restsUntil = Long.MIN_VALUE;
  private int dropping;
  private boolean closed;
  private boolean broken;

  Pipe(Queue<Fault> faults) {
    this.faults = faults;
  }

  int read(ByteBuffer in) {
    int bytes = Math.min(count, in.remaining());
    for (int left = bytes; left > 0; ) {
      int piece = Math.min(left, CAPACITY - first);
      in.put(ring, first, piece);
      first = (first + piece) % CAPACITY;
      left -= piece;
    }
    count -= bytes;
    return bytes == 0 && closed ? -1 : bytes;
  }

  int write(ByteBuffer out) throws IOException {
    int before = out.remaining();
    while (out.hasRemaining()) {
      if (closed) {
        throw new IOException("Broken pipe");
      }
      if (!writable()) {
        break;
      }
      Fault fault = faults.peek();
      if (fault != null && fault.position() <= position) {
        faults.remove();
        suffer(fault, out);
      } else if (dropping > 0) {
        skip(out, Math.min(dropping, out.remaining()));
      } else {
        long upTo = fault == null ? Long.MAX_VALUE : fault.position() - position;
        store(out, (int) Math.min(upTo, Math.min(out.remaining(), CAPACITY - count)));
      }
    }
    return before - out.remaining();
  }

  private void suffer(Fault fault, ByteBuffer out) {
    if (fault instanceof Fault.Drop drop) {
      dropping = drop.bytes();
    } else if (fault instanceof Fault.Corrupt corrupt) {
      byte[] wrong = {(byte) (out.get() ^ 1 << corrupt.bit())};
      store(ByteBuffer.wrap(wrong), 1);
    } else if (fault instanceof Fault.Delay delay) {
      restsUntil = System.nanoTime() + delay.pause().toNanos();
    } else {
      broken = true;
      close();
    }
  }

  private void skip(ByteBuffer out, int bytes) {
    out.position(out.position() + bytes);
    dropping -= bytes;
    position += bytes;
  }

  private void store(ByteBuffer out, int bytes) {
    for (int left = bytes; left > 0; ) {
      int end = (first + count) % CAPACITY;
      int piece = Math.min(left, CAPACITY - end);
      out.get(ring, end, piece);
      count += piece;
      left -= piece;
    }
    position += bytes;
  }

  boolean readable() {
    return count > 0 || closed;
  }

  boolean writable() {
    return closed || (count < CAPACITY && System.nanoTime() >= restsUntil);
  }

  /** Returns whether a fault ended the connection. */
  boolean broken() {
    return broken;
  }

  void close() {
    closed = true;
  }
}
