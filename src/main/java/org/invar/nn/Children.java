package org.invar.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.invar.tensor.Layout;
import org.invar.tensor.Type;

/**
 * What containers do with their children: names by kind and ordinal, tensors and errors by path.
 */
final class Children {
  private Children() {}

  /** Returns {@code conv2d1, maxPool2d1, conv2d2, …}. */
  static List<String> names(List<? extends Layer> layers) {
    Map<String, Integer> counts = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (Layer layer : layers) {
      names.add(layer.kind() + counts.merge(layer.kind(), 1, Integer::sum));
    }
    return names;
  }

  /** Returns the output's type of a child; its errors name the child and what reaches it. */
  static Type output(String name, Layer layer, Type input) {
    try {
      return layer.output(input);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  static List<Layout.Spec> inside(String name, List<Layout.Spec> specs) {
    return specs.stream().map(spec -> spec.inside(name)).toList();
  }
}
