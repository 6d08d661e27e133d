package org.invar.tensor;

/** Whether a tensor's first axis is time, and which of its steps are a row's own. */
public enum Time {
  /** No axis is time: vectors, tables, pictures. */
  NONE,
  /** Every step is the row's own. */
  FIXED,
  /**
   * Each row has a length: its own steps come first, and the others are padding. A step is a vector
   * or, behind a reshape that keeps the first axis, a tensor of more axes.
   */
  RAGGED,
  /**
   * Made of ragged steps, but not one of each: in another number, or of all of them a vector.
   * Whatever shape it gets, nobody knows which of its steps would be a row's own.
   */
  MIXED;

  /** Returns whether tensors of so many axes can be of this time. */
  boolean fits(int rank) {
    return switch (this) {
      case NONE, MIXED -> true;
      case FIXED -> rank == 2;
      case RAGGED -> rank > 1;
    };
  }

  /**
   * Returns the time of what is made of such a tensor.
   *
   * @param rank of what is made of one example
   * @param sameFirst whether its first axis is as long as that of the tensor
   */
  Time made(int rank, boolean sameFirst) {
    return switch (this) {
      case NONE, MIXED -> this;
      case FIXED -> rank == 2 ? FIXED : NONE;
      case RAGGED -> rank > 1 && sameFirst ? RAGGED : MIXED;
    };
  }
}
