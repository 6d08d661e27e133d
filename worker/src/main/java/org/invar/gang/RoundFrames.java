package org.invar.gang;

import org.invar.compute.TreeSum;

/**
 * Numbers the frames from a worker to another in a round, by kind, in order: the scores of the
 * sender's pieces, then for each chunk of the receiver's slice every piece, then the sender's sums
 * over blocks where the update waits for all of them, then the new values of each chunk of the
 * sender's slice.
 *
 * @param pieces of the sender
 * @param sums the frame behind those of the pieces, of which the first has the scores
 * @param blocks the frame behind those of sums over blocks
 * @param all the number of frames
 */
record RoundFrames(int pieces, int sums, int blocks, int all) {
  /** The most values of float64 in a frame. */
  static final int DOUBLES = TreeSum.CHUNK * Float.BYTES / Double.BYTES;

  static final RoundFrames NONE = new RoundFrames(0, 0, 0, 0);

  /**
   * Counts the frames.
   *
   * @param pieces of the sender
   * @param reduced the receiver's chunks
   * @param doubles the sender's sums over blocks
   * @param gathered the sender's chunks, or 0 where nothing is updated
   */
  static RoundFrames of(int pieces, int reduced, int doubles, int gathered) {
    int sums = 1 + pieces * reduced;
    int blocks = sums + (doubles + DOUBLES - 1) / DOUBLES;
    return new RoundFrames(pieces, sums, blocks, blocks + gathered);
  }
}
