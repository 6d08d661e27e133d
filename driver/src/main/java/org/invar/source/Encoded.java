package org.invar.source;

import java.io.Serializable;
import org.invar.worker.Identity;

/** What becomes of a row: its encoding, or why it has none. */
sealed interface Encoded extends Serializable {
  /**
   * A good row.
   *
   * @param identity what it is known by
   * @param bytes its canonical encoding
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Good(Identity identity, byte[] bytes) implements Encoded {}

  /**
   * A bad row. It is data and not an exception of the task: Spark would try a failed task again and
   * fill the screen with its stack.
   *
   * @param message the whole message for the user
   */
  record Bad(String message) implements Encoded {}
}
