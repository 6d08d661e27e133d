package org.invar.tensor;

/** Whether a tensor's first axis is time, and which of its steps are a row's own. */
public enum Time {
  /** No axis is time: vectors, tables, pictures. */
  NONE,
  /** Every step is the row's own. */
  FIXED,
  /** Each row has a length: its own steps come first, and the others are padding. */
  RAGGED,
  /** Another number of steps, made of ragged ones: nobody knows which of them are a row's own. */
  MIXED;

  /**
   * Returns the time of steps that are made of such steps.
   *
   * @param sameNumber whether as many are made as there were, so that lengths stay
   */
  Time made(boolean sameNumber) {
    return this == RAGGED && !sameNumber ? MIXED : this;
  }
}
