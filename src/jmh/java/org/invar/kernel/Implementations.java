package org.invar.kernel;

import java.util.List;

/** The implementations of the kernels by name: the one place to add another. */
final class Implementations {
  private Implementations() {}

  /** Returns the implementation that {@code -p implementation=…} names. */
  static Kernels named(String name) {
    return switch (name) {
      case "portable" -> new PortableKernels();
      default ->
          throw new IllegalArgumentException(
              "implementation=" + name + " is none of " + List.of("portable"));
    };
  }
}
