package org.invar.optim;

/** A learning rate. */
public sealed interface Schedule {
  /**
   * A stand-in.
   *
   * @param rate α
   */
  record Constant(double rate) implements Schedule {}

  /**
   * A stand-in.
   *
   * @param initialRate α₀
   * @param base base
   */
  record Exponential(double initialRate, double base) implements Schedule {}
}
