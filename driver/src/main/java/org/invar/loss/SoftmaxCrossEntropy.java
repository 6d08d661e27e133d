package org.invar.loss;

/**
 * A stand-in.
 *
 * @param labelSmoothing smoothing
 */
public record SoftmaxCrossEntropy(double labelSmoothing) implements Loss {
  /** Returns the defaults. */
  public static SoftmaxCrossEntropy of() {
    return new SoftmaxCrossEntropy(0);
  }
}
