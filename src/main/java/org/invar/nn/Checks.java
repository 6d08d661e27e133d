package org.invar.nn;

import org.invar.tensor.Time;
import org.invar.tensor.Type;

/** What layers check of their hyperparameters and inputs. */
final class Checks {
  private Checks() {}

  static void sequence(Type input) {
    if (!input.sequence()) {
      throw new IllegalArgumentException(
          "expected a sequence (time, features), found shape "
              + input.shape()
              + "; put reshape in front");
    }
  }

  /** What looks across time has to know which steps are a row's own. */
  static void ownSteps(Type input) {
    sequence(input);
    if (input.time() == Time.MIXED) {
      throw new IllegalArgumentException(
          "expected sequences of the steps that lengths are known for, found %d steps made of them;"
                  .formatted(input.shape().get(0))
              + " no layer in front may change their number or mix them");
    }
  }

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          name + "=" + value + " is not a whole number of at least 1");
    }
  }
}
