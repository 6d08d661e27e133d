package org.invar.gang;

import org.invar.compute.Slicing.Chunk;
import org.invar.compute.TreeSum;

/**
 * What becomes of the sums of a round: the owner of a slice turns them into new values, which
 * everybody stores.
 *
 * <p>The owner treats its slice in parts, of at most a block. Parts that differ may be treated by
 * several threads.
 */
interface Reduction {
  /**
   * Takes the sum of all pieces' scores, before any part.
   *
   * @return whether there is anything to reduce; every worker answers the same
   */
  boolean begin(double[] scores);

  /**
   * Returns sums over the blocks of the parameters that must be whole before any update, or an
   * empty array where there are none; the worker's own blocks are written by {@link #keep}.
   */
  default double[] blocks() {
    return NONE;
  }

  /** Keeps a part's sum, the scratch's result, until {@link #blocks} are whole. */
  default void keep(Chunk part, TreeSum.Scratch scratch) {
    throw new IllegalStateException("a reduction without blocks waits for nothing");
  }

  /** Called once when all {@link #blocks} are there, before the first {@link #updateKept}. */
  default void whole() {}

  /** Updates a part from the sum that was kept. */
  default void updateKept(Chunk part, TreeSum.Scratch scratch) {
    throw new IllegalStateException("a reduction without blocks keeps nothing");
  }

  /** Updates a part from its sum, the scratch's result, and stores the new values. */
  void update(Chunk part, TreeSum.Scratch scratch);

  /**
   * Called once when the new values of all slices are stored, where there was anything to reduce.
   */
  default void done() {}

  /** Copies the new values of a chunk of the worker's own slice. */
  void read(Chunk chunk, float[] to);

  /** Takes the new values of a chunk of another worker's slice. */
  void store(Chunk chunk, float[] values);

  /** No blocks. */
  double[] NONE = {};
}
