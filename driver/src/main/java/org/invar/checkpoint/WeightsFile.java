package org.invar.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.invar.param.Layout;
import org.invar.param.Weights;
import org.invar.storage.Safetensors;

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

  /** Reads what {@link #write} wrote; refuses other entries and shapes. */
  static Weights read(InputStream in, long length, String place, Layout parameters, Layout state)
      throws IOException {
    var parameterGroup = Safetensors.Group.zeros("", parameters);
    var stateGroup = Safetensors.Group.zeros("", state);
    Safetensors.read(in, length, place, List.of(parameterGroup, stateGroup));
    return new Weights(parameterGroup.values(), stateGroup.values());
  }
}
