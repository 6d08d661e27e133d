package org.invar;

import java.io.Serial;

/**
 * Something that the user can put right: a wrong job, wrong data, a directory in the way.
 *
 * <p>The message is one paragraph that says where, what was expected, what was found and what to
 * change; the command line prints it without a stack trace and exits with a non-zero code. It is
 * {@link Shown} as people may see it.
 */
public final class InvarException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /** Makes an exception with a complete message. */
  public InvarException(String message) {
    super(Shown.of(message));
  }

  /** Makes an exception with a complete message and what led to it. */
  public InvarException(String message, Throwable cause) {
    super(Shown.of(message), cause);
  }

  /**
   * Returns an exception whose message has the usual parts.
   *
   * @param place where: a file and line with a key, a row and column, a path
   * @param expected what would have been right
   * @param found what was there
   * @param remedy what to change, a full sentence
   */
  public static InvarException of(String place, String expected, String found, String remedy) {
    return new InvarException(
        place + ": expected " + expected + ", found " + found + ". " + remedy);
  }

  /** Returns the end of something that was interrupted, and sets the thread's flag again. */
  public static InvarException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new InvarException("interrupted.", cause);
  }
}
