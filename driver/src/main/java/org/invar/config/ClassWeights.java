package org.invar.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.invar.config.bind.Unnamed;

/** How much the rows of each class count in the loss: {@code balanced} or a map from classes. */
public sealed interface ClassWeights permits ClassWeights.Balanced, ClassWeights.Each {
  /** Rows divided by (classes × rows of the class), counted on the training split. */
  record Balanced() implements ClassWeights {}

  /**
   * Weights of the user's choice.
   *
   * @param weights by class; positive; classes that are not named count 1
   */
  @Unnamed
  record Each(Map<String, Double> weights) implements ClassWeights {
    /** Refuses weights that are not positive, and none at all. */
    public Each {
      weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
      weights.forEach((name, weight) -> Require.positive("weights." + name, weight));
      Require.check(!weights.isEmpty(), "weights", weights, "a weight for at least one class");
    }
  }
}
