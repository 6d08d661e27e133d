package org.invar.exchange;

import java.io.Serial;

/** A loss or a parameter that is NaN or infinite. */
public final class NonFiniteException extends RuntimeException {
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

  /** Returns the step, counted from 1. */
  public long step() {
    return step;
  }

  /** Returns what stopped being finite: a parameter, a layer or the loss. */
  public String what() {
    return what;
  }
}
