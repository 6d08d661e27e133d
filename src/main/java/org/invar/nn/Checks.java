package org.invar.nn;

import org.invar.tensor.Shape;

/** What layers check of their hyperparameters and inputs. */
final class Checks {
  private Checks() {}

  static void sequence(Shape input) {
    if (input.rank() != 2) {
      throw new IllegalArgumentException(
          "expected a sequence (time, features), found shape " + input + "; put reshape in front");
    }
  }

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not a whole number of at least 1");
    }
  }
}
