package org.invar.collective;

import java.io.Closeable;
import java.io.IOException;

/**
 * A connection between a worker and the driver for small messages, both ways, at any time.
 *
 * <p>Messages arrive whole, once and in order. Any thread may send; one thread at a time may
 * receive. An interrupt ends a call that blocks and closes the link.
 */
public interface MessageLink extends Closeable {
  /** The longest message, in bytes. */
  int MAX_MESSAGE = 16 << 20;

  /**
   * Sends a message; blocks while the other side does not keep up.
   *
   * @throws IOException when the link is closed or broken
   * @throws IllegalArgumentException when the message is longer than {@link #MAX_MESSAGE}
   */
  void send(byte[] message) throws IOException;

  /**
   * Waits for the next message and returns it.
   *
   * @throws java.io.EOFException when the other side closed the link
   * @throws IOException when the link is closed or broken, or what arrived is damaged
   */
  byte[] receive() throws IOException, InterruptedException;

  /** Closes the link; a call that blocks on either side ends. */
  @Override
  void close();

  /** Returns the two ends of a link within one JVM. */
  static MessageLink[] pair() {
    return LocalLink.pair();
  }
}
