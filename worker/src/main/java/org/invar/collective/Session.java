package org.invar.collective;

import org.jspecify.annotations.Nullable;

/** What a handshake ends with: who the other side is, and the keys of this connection. */
final class Session {
  private final int peer;
  private final byte @Nullable [] sending;
  private final byte @Nullable [] receiving;

  /** Makes a session with a key for each direction, or with neither for frames in clear. */
  Session(int peer, byte @Nullable [] sending, byte @Nullable [] receiving) {
    this.peer = peer;
    this.sending = sending;
    this.receiving = receiving;
  }

  /** Returns the other side's rank. */
  int peer() {
    return peer;
  }

  /** Returns the frames to the other side; to be called once, as frame numbers start at 0. */
  Outgoing outgoing(int frames) {
    return new Outgoing(frames, sending);
  }

  /** Returns the frames from the other side; to be called once. */
  Incoming incoming(int frames) {
    return new Incoming(frames, receiving);
  }
}
