package org.invar.nn;

/**
 * A stand-in.
 *
 * @param units units
 * @param activation activation
 */
public record Dense(int units, String activation) implements Layer {
  /** Refuses less than one unit. */
  public Dense {
    if (units < 1) {
      throw new IllegalArgumentException("units=" + units + " is not a whole number of at least 1");
    }
  }

  /** Returns the defaults. */
  public static Dense of(int units) {
    return new Dense(units, "identity");
  }
}
