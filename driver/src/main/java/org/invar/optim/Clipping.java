package org.invar.optim;

/**
 * A stand-in.
 *
 * @param norm norm
 * @param value value
 */
public record Clipping(double norm, double value) {
  /** Refuses bounds that are not positive. */
  public Clipping {
    if (!(norm > 0)) {
      throw new IllegalArgumentException("norm=" + norm + " is not positive");
    }
    if (!(value > 0)) {
      throw new IllegalArgumentException("value=" + value + " is not positive");
    }
  }

  /** Returns no bounds. */
  public static Clipping of() {
    return new Clipping(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }
}
