package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Streams of bytes between one worker and its peers; nothing blocks but {@link #await}.
 *
 * <p>Used by one thread, except for {@link #close}.
 */
interface Transport extends Closeable {
  /**
   * Reads what a peer sent, as far as there is room.
   *
   * @return the number of bytes, 0 when there are none now, −1 when the peer closed the stream
   */
  int read(int peer, ByteBuffer in) throws IOException;

  /** Writes to a peer as much as fits now and returns the number of bytes. */
  int write(int peer, ByteBuffer out) throws IOException;

  /**
   * Waits until one of the peers can be read from or written to, or the time is over; may return
   * early.
   */
  void await(BitSet readable, BitSet writable, long nanos) throws IOException, InterruptedException;

  /** Returns a peer's address, for messages. */
  String address(int peer);

  /** Ends all streams; from any thread. What was written before still arrives. */
  @Override
  void close();
}
