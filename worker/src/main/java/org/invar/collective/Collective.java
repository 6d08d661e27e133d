package org.invar.collective;

import java.io.Closeable;

/**
 * All workers of a gang as one of them sees them: runs rounds in which everybody gives frames to
 * everybody.
 *
 * <p>One thread runs rounds, one after the other, in the same order at every worker; {@link
 * #abort}, {@link #close} and the counters may be called from any thread. The first failure is
 * final: it closes all of the worker's channels, so that every other worker fails too, and all
 * later rounds fail with the same reason. A gang of one opens no socket and its rounds only work.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Collective implements Closeable {
  /** Returns a gang of one worker. */
  public static Collective alone() {
    throw new UnsupportedOperationException();
  }

  /** Returns this worker's rank. */
  public int rank() {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of workers. */
  public int size() {
    throw new UnsupportedOperationException();
  }

  /**
   * Runs one round: gives frames to every peer and takes frames from every peer until both are
   * complete and there is no work left.
   *
   * @throws PeerException when a peer is gone, silent for longer than the stall deadline, out of
   *     step or sent damaged bytes, or after {@link #abort}
   * @throws InterruptedException when the thread is interrupted; the channels are closed
   */
  public void run(Round round) throws PeerException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of bytes sent to peers so far, frames' headers and trailers included. */
  public long bytesSent() {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of bytes received from peers so far, headers and trailers included. */
  public long bytesReceived() {
    throw new UnsupportedOperationException();
  }

  /** Makes the round that is under way, and all later ones, fail with a reason; from any thread. */
  public void abort(String reason) {
    throw new UnsupportedOperationException();
  }

  /** Closes all channels; a round that is under way fails. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
