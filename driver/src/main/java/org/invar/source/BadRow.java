package org.invar.source;

import java.io.Serializable;

/**
 * Why a row cannot be used. A plain class of texts, so that any serializer can write it.
 *
 * <p>A bad row is data and not an exception of the task: Spark would try a failed task again and
 * fill the screen with its stack.
 */
final class BadRow implements Serializable {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long number;
  private final String message;
  private final String[] reasons;

  /**
   * Says what is wrong.
   *
   * @param file where the row is from
   * @param number its line there, where lines are known, else its number
   * @param message the whole message for the user
   * @param reasons what is wrong, the same text for all rows of which it is
   */
  BadRow(String file, long number, String message, String... reasons) {
    this.file = file;
    this.number = number;
    this.message = message;
    this.reasons = reasons;
  }

  String file() {
    return file;
  }

  long number() {
    return number;
  }

  String message() {
    return message;
  }

  String[] reasons() {
    return reasons.clone();
  }
}
