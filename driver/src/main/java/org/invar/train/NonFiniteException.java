package org.invar.train;

import java.io.Serial;

/** A loss or a parameter that is NaN or infinite. */
final class NonFiniteException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final long step;
  private final String what;

  /**
   * Makes the exception.
   *
   * @param step counted from 1
   * @param what first stopped being finite
   */
  NonFiniteException(long step, String what) {
    super("step " + step + ": " + what + " is not finite");
    this.step = step;
    this.what = what;
  }

  long step() {
    return step;
  }

  String what() {
    return what;
  }
}
