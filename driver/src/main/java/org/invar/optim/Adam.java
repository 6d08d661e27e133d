package org.invar.optim;

/**
 * A stand-in.
 *
 * @param beta1 β₁
 * @param beta2 β₂
 * @param epsilon ε
 */
public record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
  /** Refuses a β₁ outside [0, 1). */
  public Adam {
    if (!(beta1 >= 0 && beta1 < 1)) {
      throw new IllegalArgumentException("beta1=" + beta1 + " is not in [0, 1)");
    }
  }

  /** Returns the defaults. */
  public static Adam of() {
    return new Adam(0.9, 0.999, 1e-8);
  }
}
