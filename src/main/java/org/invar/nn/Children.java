package org.invar.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.invar.InvarException;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.invar.tensor.Value;

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

  /**
   * Returns the output of a child.
   *
   * @throws InvarException when it is of another time than the child's type says: a layer of
   *     somebody's own that has lost the lengths would let those behind it take padding for steps
   */
  static Value forward(String name, Layer layer, Value x, Parameters parameters, Tape tape) {
    Tape scope = tape.scope(name);
    Value y = layer.forward(x, parameters.scope(name), scope);
    if (y.time() != x.time()) {
      requireSaid(scope.path(), layer, x, y);
    }
    return y;
  }

  /** Types are asked where the time changed alone: this is a part of every pass. */
  private static void requireSaid(String path, Layer layer, Value x, Value y) {
    Time said = layer.output(x.type()).time();
    if (y.time() != said) {
      throw InvarException.of(
          "layer " + path,
          "an output of time=" + said + ", as its type says",
          "time=" + y.time(),
          "Return x.with(array) in forward for input.withShape(shape) in output.");
    }
  }

  static List<Layout.Spec> inside(String name, List<Layout.Spec> specs) {
    return specs.stream().map(spec -> spec.inside(name)).toList();
  }
}
