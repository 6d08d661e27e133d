package org.invar.train;

import java.io.Serial;

/** Workers died or do not answer: the run can go on from its newest checkpoint with others. */
final class WorkersLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  WorkersLostException(String message) {
    super(message);
  }
}
