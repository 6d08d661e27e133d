package org.invar.optim;

import java.io.Serializable;

/**
 * Bounds on a gradient, applied to the mean gradient in this order: every element into [−value,
 * value], then the whole vector, over all entries that are not frozen, scaled to length {@code
 * norm} where it is longer.
 *
 * <p>Too low a norm makes every step the same length, whatever the gradient says; too high a norm
 * never acts. Source: Pascanu, Mikolov, Bengio 2013, arXiv:1211.5063.
 *
 * @param norm the largest length of the gradient, positive; infinity for no bound
 * @param value the largest magnitude of an element, positive; infinity for no bound
 */
public record Clipping(double norm, double value) implements Serializable {
  /** Refuses bounds that are not positive, or not in float32. */
  public Clipping {
    if (!(norm > 0)) {
      throw new IllegalArgumentException("norm=" + norm + " is not positive");
    }
    if (!(value > 0)) {
      throw new IllegalArgumentException("value=" + value + " is not positive");
    }
    if (norm < Double.POSITIVE_INFINITY) {
      Require.positive("norm", norm);
    }
    if (value < Double.POSITIVE_INFINITY) {
      Require.positive("value", value);
    }
  }

  /** Returns no bounds at all. */
  public static Clipping of() {
    return new Clipping(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  /** Returns whether the gradient's length is bounded, so that an update needs the global norm. */
  public boolean boundsNorm() {
    return norm < Double.POSITIVE_INFINITY;
  }

  /** Returns whether the elements are bounded. */
  public boolean boundsValue() {
    return value < Double.POSITIVE_INFINITY;
  }

  /**
   * Returns the factor that brings a gradient of the given length within bounds.
   *
   * @param length the global norm; NaN gives 1, so that what is broken stays visible
   */
  public double factor(double length) {
    return length > norm ? norm / length : 1;
  }
}
