package org.invar.train;

import java.io.Serial;

/** Workers died or do not answer: the run can go on from its newest checkpoint with others. */
final class WorkersLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final boolean outOfMemory;

  WorkersLostException(String message) {
    this(message, false);
  }

  private WorkersLostException(String message, boolean outOfMemory) {
    super(message);
    this.outOfMemory = outOfMemory;
  }

  /** Returns the loss of a worker whose memory ran out. */
  static WorkersLostException outOfMemory(String message) {
    return new WorkersLostException(message, true);
  }

  /** Whether memory ran out, which it will soon do again where it was not somebody else's. */
  boolean isOutOfMemory() {
    return outOfMemory;
  }
}
