package org.invar.train;

import java.io.Serial;
import org.invar.worker.StepResult.NonFinite;

/** A mini-batch whose loss is NaN or infinite. */
final class NonFiniteException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final NonFinite found;

  NonFiniteException(NonFinite found) {
    super("shard " + found.shard() + ": " + found.what() + " is not finite");
    this.found = found;
  }

  /** Returns the shard and what first stopped being finite in it. */
  NonFinite found() {
    return found;
  }
}
