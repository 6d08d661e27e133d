package org.invar.compute;

/** Vectors that hold the sum of one node of the canonical tree. */
public interface Piece {
  /**
   * Copies values out.
   *
   * @param at the first position, counted through the parameters and then the state
   * @param to where they go, from its beginning
   * @param length how many
   */
  void read(int at, float[] to, int length);
}
