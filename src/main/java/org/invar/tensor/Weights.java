package org.invar.tensor;

import java.io.Serializable;
import java.util.Arrays;

/**
 * All that a network has learnt: two flat float32 vectors. Holds the arrays themselves, not copies.
 *
 * @param parameters the trainable values, in the order of the parameters' layout
 * @param state running statistics, in the order of the state's layout; empty without any
 */
@SuppressWarnings("ArrayRecordComponent")
public record Weights(float[] parameters, float[] state) implements Serializable {
  /** Returns whether all values are the same, element by element. */
  public boolean sameValues(Weights other) {
    return Arrays.equals(parameters, other.parameters) && Arrays.equals(state, other.state);
  }

  /** Returns a copy that shares nothing. */
  public Weights copy() {
    return new Weights(parameters.clone(), state.clone());
  }
}
