package org.invar.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.invar.InvarException;
import org.invar.storage.Safetensors;
import org.invar.tensor.Layout;
import org.invar.tensor.Weights;

/** {@link Weights} as one safetensors file: the parameters' entries, then the state's. */
final class WeightsFile {
  private WeightsFile() {}

  static void write(OutputStream out, Weights weights, Layout parameters, Layout state)
      throws IOException {
    Safetensors.write(
        out,
        List.of(
            new Safetensors.Group("", parameters, weights.parameters()),
            new Safetensors.Group("", state, weights.state())));
  }

  /** Reads what {@link #write} wrote; refuses other entries and shapes, and NaN and infinities. */
  static Weights read(InputStream in, long length, String place, Layout parameters, Layout state)
      throws IOException {
    long bytes = Float.BYTES * ((long) parameters.length() + state.length());
    if (bytes > length) { // Before memory is taken for what the file does not have.
      throw InvarException.of(
          place,
          "at least " + bytes + " bytes for the weights of the architecture",
          length + " bytes",
          "The file belongs to another network: give the architecture that it was written with.");
    }
    var parameterGroup = Safetensors.Group.zeros("", parameters);
    var stateGroup = Safetensors.Group.zeros("", state);
    Safetensors.read(in, length, place, List.of(parameterGroup, stateGroup));
    requireFinite(parameterGroup, place);
    requireFinite(stateGroup, place);
    return new Weights(parameterGroup.values(), stateGroup.values());
  }

  private static void requireFinite(Safetensors.Group group, String place) {
    for (Layout.Entry entry : group.layout().entries()) {
      for (int i = entry.offset(); i < entry.end(); i++) {
        if (!Float.isFinite(group.values()[i])) {
          throw InvarException.of(
              place + ", entry " + entry.name(),
              "finite values",
              String.valueOf(group.values()[i]),
              "A network with such weights predicts nothing: take another copy of the model, or"
                  + " train it again.");
        }
      }
    }
  }
}
