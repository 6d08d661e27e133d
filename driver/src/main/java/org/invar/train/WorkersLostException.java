package org.invar.train;

import java.io.Serial;

/** Workers died or do not answer: the run can go on from its newest checkpoint with others. */
final class WorkersLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean likelyToRecur;
  private final boolean outOfMemory;

  WorkersLostException(String message) {
    this(message, false, false);
  }

  private WorkersLostException(String message, boolean likelyToRecur, boolean outOfMemory) {
    super(message);
    this.likelyToRecur = likelyToRecur;
    this.outOfMemory = outOfMemory;
  }

  /** Returns the loss of a worker whose storage failed. */
  static WorkersLostException likelyToRecur(String message) {
    return new WorkersLostException(message, true, false);
  }

  /** Returns the loss of a worker whose memory was not enough. */
  static WorkersLostException outOfMemory(String message) {
    return new WorkersLostException(message, true, true);
  }

  /** Returns whether the worker's memory was not enough. */
  boolean isOutOfMemory() {
    return outOfMemory;
  }

  /** Whether it will happen again soon unless it was a machine's, or somebody else's, doing. */
  boolean isLikelyToRecur() {
    return likelyToRecur;
  }
}
