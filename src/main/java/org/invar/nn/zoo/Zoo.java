package org.invar.nn.zoo;

import java.util.List;
import org.invar.nn.Layer;

/** A network from the literature, known by name: it expands to layers. */
public interface Zoo {
  /** Returns the layers, the last of which gives logits. */
  List<Layer> layers();
}
