package org.invar.metric;

/** The check that every metric makes of a batch's arrays. */
final class Lengths {
  private Lengths() {}

  static void require(String name, int found, long expected) {
    if (found != expected) {
      throw new IllegalArgumentException(name + " has " + found + " values, expected " + expected);
    }
  }
}
