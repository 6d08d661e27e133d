package org.invar.collective;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * A worker cannot go on because of another one: it is missing, silent, gone, or sent what it should
 * not.
 *
 * <p>The message names the worker, the peer and what was being exchanged.
 */
public final class PeerException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  /** The rank that {@link #peer} returns when no single peer is to blame. */
  public static final int UNKNOWN = -1;

  private final int peer;

  /** Makes an exception about a peer, or {@link #UNKNOWN}. */
  public PeerException(int peer, String message) {
    this(peer, message, null);
  }

  /** Makes an exception about a peer, or {@link #UNKNOWN}, with what led to it. */
  public PeerException(int peer, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.peer = peer;
  }

  /** Returns the rank of the peer that failed, or {@link #UNKNOWN}. */
  public int peer() {
    return peer;
  }
}
