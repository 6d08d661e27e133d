package org.invar.train;

import org.invar.InvarException;
import org.invar.exchange.WorkersLostException;

/** How often workers were lost, and whether it makes sense to go on. */
final class WorkerLosses {
  /** The losses without a new step in between after which a run gives up. */
  private static final int MOST = 5;

  /** The same where memory ran out or a file could not be written. */
  private static final int MOST_LIKELY_TO_RECUR = 2;

  private long furthest = -1;
  private int inVain;

  /**
   * Notes a loss.
   *
   * @param step how far the run had come
   * @throws InvarException when the run comes no further
   */
  void note(WorkersLostException loss, long step) {
    inVain = step > furthest ? 1 : inVain + 1;
    furthest = Math.max(furthest, step);
    if (inVain >= (loss.isLikelyToRecur() ? MOST_LIKELY_TO_RECUR : MOST)) {
      throw new InvarException(
          "the run comes no further than step %d: workers were lost %d times in a row, at last: %s. What was saved stays; go on with --resume."
              .formatted(furthest, inVain, loss.getMessage()),
          loss);
    }
  }
}
