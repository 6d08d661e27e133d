package org.invar.exchange;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes a run's exchanges: the first, and another whenever workers were lost. */
public interface Exchanges extends AutoCloseable {
  /**
   * Returns an exchange in the state of a checkpoint, with the workers that there are now.
   *
   * @param start the checkpoint, or null for the state before step 0
   */
  Exchange open(@Nullable Start start) throws IOException;

  /** Frees what the exchanges kept for the run. */
  @Override
  default void close() {}

  /** Returns the number of workers of the exchange that was opened last, or will be first. */
  int workers();
}
