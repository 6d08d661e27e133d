package org.invar.gang;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.shuffle.FetchFailedException;
import org.invar.collective.PeerException;
import org.invar.compute.OutOfMemory;

/** Tells what kind of failure ended a worker's work from what was thrown. */
final class FailureCause {
  private FailureCause() {}

  /** Whether Spark ended the task, or could not give it its rows, because of something else. */
  static boolean isEndedBySpark(Throwable failure) {
    TaskContext task = TaskContext.get();
    if (task != null && task.isInterrupted()) {
      return true;
    }
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof TaskKilledException
          || e instanceof FetchFailedException
          || e instanceof InterruptedException
          || e instanceof InterruptedIOException
          || e instanceof ClosedByInterruptException) {
        return true;
      }
    }
    return false;
  }

  /** Returns what kind of failure it is. */
  static Report.Cause of(Throwable failure) {
    if (failure instanceof PeerException
        || failure instanceof InterruptedException
        || failure instanceof CancellationException) {
      return Report.Cause.PEER;
    }
    if (OutOfMemory.behind(failure) != null) {
      return Report.Cause.MEMORY;
    }
    return failure instanceof IOException || failure instanceof UncheckedIOException
        ? Report.Cause.STORAGE
        : Report.Cause.JOB;
  }
}
