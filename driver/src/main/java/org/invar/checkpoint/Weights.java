package org.invar.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import org.invar.param.Layout;

/**
 * All that a network has learnt: its parameters and its state, two flat vectors.
 *
 * <p>Holds the arrays themselves, not copies.
 *
 * @param parameters float32, in the order of the parameters' layout
 * @param state float32 running statistics, in the order of the state's layout; empty without any
 */
@SuppressWarnings("ArrayRecordComponent") // Copies of gigabytes would buy nothing.
public record Weights(float[] parameters, float[] state) {
  /** Returns a copy that shares nothing. */
  public Weights copy() {
    return new Weights(parameters.clone(), state.clone());
  }

  /** Returns whether all values are the same, element by element. */
  boolean sameValues(Weights other) {
    return Arrays.equals(parameters, other.parameters) && Arrays.equals(state, other.state);
  }

  /** Writes one safetensors file: the parameters' entries, then the state's. */
  void writeTo(OutputStream out, Layout parametersLayout, Layout stateLayout) throws IOException {
    Safetensors.write(
        out,
        List.of(
            new Safetensors.Group("", parametersLayout, parameters),
            new Safetensors.Group("", stateLayout, state)));
  }

  /** Reads what {@link #writeTo} wrote; refuses other entries and shapes. */
  static Weights readFrom(
      InputStream in, long length, String place, Layout parametersLayout, Layout stateLayout)
      throws IOException {
    var parameters = Safetensors.Group.zeros("", parametersLayout);
    var state = Safetensors.Group.zeros("", stateLayout);
    Safetensors.read(in, length, place, List.of(parameters, state));
    return new Weights(parameters.values(), state.values());
  }
}
