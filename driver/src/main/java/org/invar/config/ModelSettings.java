package org.invar.config;

import java.util.List;
import org.invar.nn.Layer;
import org.invar.nn.zoo.Zoo;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The network: its layers, or the name of a known one.
 *
 * @param layers in order, at least one; null where the network comes from the zoo
 * @param zoo a known network; null where the layers are given
 * @param input the shape of one example; null for the data's
 */
public record ModelSettings(
    @Nullable List<Layer> layers, @Nullable Zoo zoo, @Nullable Shape input) {
  /** Refuses both and neither of layers and zoo, and an empty list. */
  public ModelSettings {
    layers = layers == null ? null : List.copyOf(layers);
    if (layers == null && zoo == null) {
      throw new IllegalArgumentException("expected layers or zoo, found neither");
    }
    Require.check(
        layers == null || zoo == null,
        "zoo",
        "" + zoo,
        "absent where there are layers. Remove one of the two.");
    Require.check(
        layers == null || !layers.isEmpty(), "layers", "none", "a list of at least one layer");
  }
}
