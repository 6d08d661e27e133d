package org.invar.nn;

/** What the compact constructors of layers check. */
final class Checks {
  private Checks() {}

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not a whole number of at least 1");
    }
  }
}
