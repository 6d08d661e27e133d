package org.invar.train;

import java.io.Serial;

/** Workers died or do not answer: the run can go on from its newest checkpoint with others. */
final class WorkersLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean likelyToRecur;

  WorkersLostException(String message) {
    this(message, false);
  }

  private WorkersLostException(String message, boolean likelyToRecur) {
    super(message);
    this.likelyToRecur = likelyToRecur;
  }

  /** Returns the loss of a worker whose memory or storage failed. */
  static WorkersLostException likelyToRecur(String message) {
    return new WorkersLostException(message, true);
  }

  /** Whether it will happen again soon unless it was a machine's, or somebody else's, doing. */
  boolean isLikelyToRecur() {
    return likelyToRecur;
  }
}
