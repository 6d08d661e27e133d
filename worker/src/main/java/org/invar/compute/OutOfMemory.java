package org.invar.compute;

import org.invar.InvarException;
import org.jspecify.annotations.Nullable;

/** Errors of memory, of the heap and outside of it, as sentences. */
public final class OutOfMemory {
  /** What ND4J throws where the system gives it no memory. */
  private static final String OF_ND4J = "Allocation failed";

  private OutOfMemory() {}

  /** Returns the error of memory behind a failure, or null where there is none. */
  public static @Nullable Throwable behind(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof OutOfMemoryError
          || (at instanceof RuntimeException
              && String.valueOf(at.getMessage()).startsWith(OF_ND4J))) {
        return at;
      }
    }
    return null;
  }

  /**
   * Returns a failure that says it in a sentence and holds no error, so Spark does not end the
   * process for it.
   *
   * @param place what ran out of memory
   * @param error what {@link #behind} returned
   */
  public static InvarException explained(String place, Throwable error) {
    ProcessMemory memory = ProcessMemory.current();
    String message =
        "%s: %s. Set more by %s (heap) or %s (outside), or take smaller layers or a smaller batchSize."
            .formatted(
                place, ProcessMemory.text(error), memory.heapSetting(), memory.outsideSetting());
    return new InvarException(message, new TooLittleMemoryException(message));
  }
}
