package org.invar.exchange;

import java.io.Serial;

/** Workers died or do not answer: the run can go on from its newest checkpoint with others. */
public final class WorkersLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Kind kind;

  private enum Kind {
    DIED,
    STORAGE,
    MEMORY,
    OTHER
  }

  /** Says what is known of it. */
  public WorkersLostException(String message) {
    this(message, Kind.OTHER);
  }

  private WorkersLostException(String message, Kind kind) {
    super(message);
    this.kind = kind;
  }

  /** Returns the loss of workers whose processes ended while they worked. */
  public static WorkersLostException died(String message) {
    return new WorkersLostException(message, Kind.DIED);
  }

  /** Returns the loss of a worker whose storage failed. */
  static WorkersLostException likelyToRecur(String message) {
    return new WorkersLostException(message, Kind.STORAGE);
  }

  /** Returns the loss of a worker whose memory was not enough. */
  public static WorkersLostException outOfMemory(String message) {
    return new WorkersLostException(message, Kind.MEMORY);
  }

  /** Returns whether the worker's memory was not enough. */
  public boolean isOutOfMemory() {
    return kind == Kind.MEMORY;
  }

  /** Returns whether processes ended while they worked, and nobody took them away. */
  public boolean isDeath() {
    return kind == Kind.DIED;
  }

  /** Whether it will happen again soon unless it was a machine's, or somebody else's, doing. */
  public boolean isLikelyToRecur() {
    return kind == Kind.STORAGE || kind == Kind.MEMORY;
  }
}
