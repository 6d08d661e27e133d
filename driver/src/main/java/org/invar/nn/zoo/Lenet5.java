package org.invar.nn.zoo;

/**
 * A stand-in.
 *
 * @param classes classes
 */
public record Lenet5(int classes) implements Zoo {
  /** Returns the defaults. */
  public static Lenet5 of() {
    return new Lenet5(10);
  }
}
