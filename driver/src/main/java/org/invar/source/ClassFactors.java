package org.invar.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the weight of a training row is multiplied by, according to its class. */
public sealed interface ClassFactors {
  /** Nothing: every class counts alike. */
  record Equal() implements ClassFactors {}

  /** Rows / (k · rows of the class) with k classes, counted on the training split. */
  record Balanced() implements ClassFactors {}

  /**
   * The user's choice.
   *
   * @param factors by the class's name; 1 for a class that is not named
   */
  record Given(Map<String, Double> factors) implements ClassFactors {
    /** Copies the factors, in their order. */
    public Given {
      factors = Collections.unmodifiableMap(new LinkedHashMap<>(factors));
    }
  }

  /**
   * Refuses a factor of a class that there is not.
   *
   * @param place where the classes come from, for the message
   * @param classes names by id
   */
  default void check(String place, List<String> classes) {
    if (this instanceof Given given) {
      given.factors().keySet().forEach(name -> Names.requireClass(place, name, classes));
    }
  }
}
