package org.invar.compute;

import java.io.Serial;

/**
 * Marks a failure as one of memory, behind an {@link org.invar.InvarException} that says which.
 *
 * <p>It stands for an {@link OutOfMemoryError}, which Spark must not see: it ends the whole process
 * of a task that has one.
 */
public final class TooLittleMemoryException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  TooLittleMemoryException(String message) {
    super(message);
  }
}
