package org.invar.score;

import org.invar.InvarException;
import org.invar.source.Feature;
import org.invar.source.Preprocessing;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;

/** Whether the files of a model belong together, which anybody may have written. */
final class ModelCheck {
  private static final String PREPROCESSING = "/preprocessing.json";

  private ModelCheck() {}

  /**
   * Refuses preprocessing that is not of the network, or of no data.
   *
   * @param input the shape of the network's inputs
   * @param place the model's directory
   */
  static void check(Shape input, Preprocessing preprocessing, String place) {
    if (preprocessing.features().isEmpty() || preprocessing.labels().isEmpty()) {
      throw refusal(place, "at least one feature and one label", "none");
    }
    // As a job's model.input may be.
    boolean fits =
        preprocessing.lengths()
            ? preprocessing.shape().equals(input)
            : preprocessing.shape().size() == input.size();
    if (!fits) {
      throw refusal(
          place,
          "features of shape " + input + ", as the architecture has it",
          preprocessing.shape().toString());
    }
    for (Feature feature : preprocessing.features()) {
      requireSound(feature, place);
    }
    for (Feature label : preprocessing.labels()) {
      requireSound(label, place);
    }
    int stored =
        preprocessing.features().stream()
            .mapToInt(Feature::width)
            .reduce(0, (sum, width) -> Math.addExact(sum, width));
    if (stored != preprocessing.shape().size()) {
      throw refusal(place, preprocessing.shape().size() + " stored features", stored + " of them");
    }
    if (preprocessing.outputs() < 1) {
      throw refusal(place, "at least one output", "labels without any class");
    }
    checkRows(preprocessing, place);
    checkNumbers(preprocessing, place);
  }

  /** Refuses features and labels that are of no row. */
  private static void checkRows(Preprocessing preprocessing, String place) {
    if (preprocessing.type() == DType.INT32) {
      throw refusal(place, "features of type UINT8 or FLOAT32", "INT32");
    }
    Feature first = preprocessing.features().get(0);
    if (preprocessing.lengths() && !first.dimensions().equals(preprocessing.shape().dimensions())) {
      throw refusal(
          place + ", column " + first.column(),
          "sequences of the features' shape, " + preprocessing.shape(),
          first.dimensions().toString());
    }
    try {
      preprocessing.layout();
    } catch (IllegalArgumentException e) {
      throw refusal(place, "labels that go with the features", String.valueOf(e.getMessage()));
    }
  }

  private static void requireSound(Feature feature, String place) {
    long width = 1;
    boolean sound = true;
    for (int dimension : feature.dimensions()) {
      width *= dimension;
      sound &= dimension >= 1 && width <= Integer.MAX_VALUE;
    }
    boolean axes = feature.kind() != Feature.Kind.SEQUENCE || feature.dimensions().size() == 2;
    if (!sound || !axes) {
      throw refusal(
          place + ", column " + feature.column(),
          "dimensions of at least 1" + (axes ? "" : ", two of a sequence"),
          feature.dimensions().toString());
    }
  }

  private static void checkNumbers(Preprocessing preprocessing, String place) {
    int means = preprocessing.means().size();
    int variances = preprocessing.variances().size();
    if (!Double.isFinite(preprocessing.scale()) || preprocessing.scale() == 0) {
      throw refusal(place, "a finite scale that is not 0", String.valueOf(preprocessing.scale()));
    }
    if (means != variances) {
      throw refusal(place, means + " variances, as there are means", String.valueOf(variances));
    }
    for (int i = 0; i < means; i++) {
      double mean = preprocessing.means().get(i);
      double variance = preprocessing.variances().get(i);
      if (!Double.isFinite(mean) || !Double.isFinite(variance) || variance < 0) {
        throw refusal(
            place + ", feature " + i,
            "a finite mean and a variance of at least 0",
            mean + " and " + variance);
      }
    }
  }

  private static InvarException refusal(String place, String expected, String found) {
    return InvarException.of(
        place + PREPROCESSING,
        expected,
        found,
        "Take another copy of the model, or train it again.");
  }
}
