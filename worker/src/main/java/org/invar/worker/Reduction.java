package org.invar.worker;

import org.invar.worker.Slicing.Chunk;

/**
 * What becomes of the sums of a round: the owner of a slice turns them into new values, which
 * everybody stores.
 *
 * <p>Chunks that differ may be treated by several threads.
 */
interface Reduction {
  /**
   * Takes the sum of all pieces' scores, before any chunk.
   *
   * @return whether there is anything to reduce; every worker answers the same
   */
  boolean begin(double[] scores);

  /** Returns the array that takes a chunk's sum, for a chunk of the worker's own slice. */
  float[] sums(Chunk chunk);

  /** Returns the place of a chunk's first value in {@link #sums}. */
  int offset(Chunk chunk);

  /** Looks at a chunk's sum, which stands in {@link #sums}. */
  default void reduced(Chunk chunk) {}

  /**
   * Returns sums over the blocks of the parameters that must be whole before any update, or an
   * empty array where there are none; the worker's own blocks are written by {@link #reduced}.
   */
  default double[] blocks() {
    return NONE;
  }

  /** Called once when all {@link #blocks} are there, before the first update. */
  default void whole() {}

  /** Updates a chunk from its sum. */
  void update(Chunk chunk);

  /** Copies the new values of a chunk of the worker's own slice. */
  void read(Chunk chunk, float[] to);

  /** Takes the new values of a chunk of anybody's slice. */
  void store(Chunk chunk, float[] values);

  /** No blocks. */
  double[] NONE = {};
}
