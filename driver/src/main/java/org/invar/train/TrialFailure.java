package org.invar.train;

import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Why a trial cannot be trained: reasons of its own, which it would have on any cluster.
 *
 * <p>Whatever else goes wrong, with storage, executors or data, says nothing about the trial.
 *
 * @param cause of which kind
 * @param reason a paragraph for people
 */
public record TrialFailure(Cause cause, String reason) implements Serializable {
  /** A kind of reason. */
  public enum Cause {
    /** A loss or a parameter became NaN or infinite. */
    NOT_FINITE,
    /** A layer or a batch has more elements than an array can have. */
    SHAPE,
    /** The memory of the process was not enough; another trial may have used it. */
    OUT_OF_MEMORY
  }

  /** Returns the trial's own reason behind a failure, or null where it is not the trial's. */
  static @Nullable TrialFailure of(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof IOException || at instanceof InterruptedException) {
        return null;
      }
      Cause cause = cause(at);
      if (cause != null) {
        String about = String.valueOf(failure.getMessage());
        return new TrialFailure(
            cause, cause == Cause.OUT_OF_MEMORY ? "out of memory: " + about : about);
      }
    }
    return null;
  }

  private static @Nullable Cause cause(Throwable failure) {
    if (failure instanceof NonFiniteException) {
      return Cause.NOT_FINITE;
    }
    if (failure instanceof NegativeArraySizeException || failure instanceof ArithmeticException) {
      return Cause.SHAPE;
    }
    boolean memory =
        failure instanceof OutOfMemoryError
            || (failure instanceof WorkersLostException lost && lost.isOutOfMemory());
    return memory ? Cause.OUT_OF_MEMORY : null;
  }
}
