package org.invar.train;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Makes a run's exchanges: the first, and another whenever workers were lost. */
interface Exchanges {
  /**
   * Returns an exchange in the state of a checkpoint, with the workers that there are now.
   *
   * @param start the checkpoint, or null for the state before step 0
   */
  Exchange open(@Nullable Start start) throws IOException;

  /** Returns the number of workers of the exchange that was opened last, or will be first. */
  int workers();
}
