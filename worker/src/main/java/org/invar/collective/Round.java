package org.invar.collective;

import java.nio.ByteBuffer;

/**
 * One exchange among all workers: which frames to give to every peer, and what to do with those
 * that arrive.
 *
 * <p>{@link Collective#run} calls everything on its own thread. What is ready to be given may
 * change in {@link #take} and {@link #work} alone, as the collective sleeps while neither has
 * anything to do. Peers are ranks other than the worker's own. Frames between two workers arrive
 * once and in order, or the round fails.
 */
public interface Round {
  /**
   * Returns the number that marks this round's frames.
   *
   * <p>It is the same at every worker, and differs from those of the rounds just before and after;
   * a frame with another number means that the workers no longer do the same, and ends the round.
   */
  int tag();

  /**
   * Writes the next frame for a peer.
   *
   * <p>A frame may be empty. Not called again once {@link #filled} is true.
   *
   * @param out has {@link Frames#MAX_PAYLOAD} free bytes from its position, little-endian; what is
   *     written by advancing the position is the frame. Valid during the call only
   * @return whether a frame was written; false when none is ready now
   */
  boolean fill(int peer, ByteBuffer out);

  /** Returns whether all frames for a peer have been given. */
  boolean filled(int peer);

  /**
   * Takes the next frame that arrived from a peer.
   *
   * @param in the frame between position and limit, little-endian. Valid during the call only
   */
  void take(int peer, ByteBuffer in);

  /** Returns whether all frames from a peer have arrived. */
  boolean taken(int peer);

  /**
   * Does some local work, if there is any now.
   *
   * <p>Called while the channels have nothing to do, and after the last frame until it returns
   * false; keep a call well below a millisecond, as nothing is sent or received meanwhile.
   *
   * @return whether it did something
   */
  boolean work();

  /** Returns what is being exchanged, for messages: {@code the gradient of step 17}. */
  String doing();
}
