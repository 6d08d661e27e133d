package org.invar.kernel;

/**
 * Element-wise functions, and softmax over the last axis (row F1 of the literature's usual list).
 *
 * <p>The derivative is computed from the function's output where that is possible, so that the
 * input need not be kept.
 */
public enum Activation {
  /** z. */
  IDENTITY,
  /** 1 / (1 + e⁻ᶻ). */
  SIGMOID,
  /** tanh z; derivative 1 − tanh² z. */
  TANH,
  /** max(0, z). */
  RELU,
  /** z where positive, else 0.01 z. */
  LEAKY_RELU,
  /** z where positive, else eᶻ − 1: Clevert, Unterthiner, Hochreiter 2016, arXiv:1511.07289. */
  ELU,
  /**
   * z Φ(z) with the exact normal distribution function: Hendrycks, Gimpel 2016, arXiv:1606.08415.
   */
  GELU,
  /** log(1 + eᶻ). */
  SOFTPLUS,
  /** eᶻ / Σ eᶻ over the last axis, with the maximum subtracted. */
  SOFTMAX;

  /** The slope of the leaky relu left of zero. */
  public static final double LEAKY_SLOPE = 0.01;

  /** Returns whether the derivative needs the function's input; otherwise its output suffices. */
  public boolean needsInput() {
    return this == GELU;
  }
}
