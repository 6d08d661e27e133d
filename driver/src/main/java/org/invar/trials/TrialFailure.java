package org.invar.trials;

import java.io.IOException;
import java.io.Serializable;
import org.invar.Shown;
import org.invar.compute.OutOfMemory;
import org.invar.compute.TooLittleMemoryException;
import org.invar.exchange.NonFiniteException;
import org.invar.exchange.WorkersLostException;
import org.invar.source.SparkFailures;
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
  /** Takes the reason as people may see it: it is written down. */
  public TrialFailure {
    reason = Shown.of(reason);
  }

  /** A kind of reason. */
  public enum Cause {
    /** A loss or a parameter became NaN or infinite. */
    NOT_FINITE,
    /** A layer or a batch has more elements than an array can have. */
    SHAPE,
    /** The memory of the process was not enough; another trial may have used it. */
    OUT_OF_MEMORY,
    /** Whatever executor trained it has died; another trial may have ended it. */
    EXECUTORS_LOST
  }

  /** Returns whether another trial in the same process may be the cause. */
  public boolean isMaybeAnothers() {
    return cause == Cause.OUT_OF_MEMORY || cause == Cause.EXECUTORS_LOST;
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
        return switch (cause) {
          case OUT_OF_MEMORY ->
              new TrialFailure(
                  cause, about.contains("out of memory") ? about : "out of memory: " + about);
          case EXECUTORS_LOST -> lost(String.valueOf(at.getMessage()));
          case NOT_FINITE, SHAPE -> new TrialFailure(cause, about);
        };
      }
    }
    return null;
  }

  /**
   * Returns the reason of a trial whose Spark job failed, as often as Spark allows, by the deaths
   * of its executors; null for any other failure.
   */
  static @Nullable TrialFailure ofJob(Throwable failure) {
    return SparkFailures.lostExecutor(failure).map(TrialFailure::lost).orElse(null);
  }

  private static TrialFailure lost(String last) {
    return new TrialFailure(
        Cause.EXECUTORS_LOST,
        "executors died while they trained it, at last: "
            + last
            + ". The system ends a process that takes more memory than it has: give executors more"
            + " (spark.executor.memory, spark.executor.memoryOverhead), or take smaller layers or"
            + " batches; their logs may name another reason");
  }

  private static @Nullable Cause cause(Throwable failure) {
    if (failure instanceof NonFiniteException) {
      return Cause.NOT_FINITE;
    }
    if (failure instanceof NegativeArraySizeException || failure instanceof ArithmeticException) {
      return Cause.SHAPE;
    }
    if (failure instanceof WorkersLostException lost && lost.isDeath()) {
      return Cause.EXECUTORS_LOST; // As often as WorkerLosses allows, without a step in between.
    }
    boolean memory =
        OutOfMemory.behind(failure) == failure
            || failure instanceof TooLittleMemoryException
            || (failure instanceof WorkersLostException lost && lost.isOutOfMemory());
    return memory ? Cause.OUT_OF_MEMORY : null;
  }
}
