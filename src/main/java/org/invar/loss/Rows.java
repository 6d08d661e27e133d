package org.invar.loss;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What every loss does with a batch's arrays before it sums. */
final class Rows {
  private Rows() {}

  /** Refuses arrays that do not fit the outputs, and clears the gradient where there is padding. */
  static void begin(
      Outputs outputs,
      int targetWidth,
      float[] targets,
      float[] weights,
      double @Nullable [] gradient) {
    long rows = outputs.rows();
    Outputs.requireLength("targets", targets.length, rows * targetWidth);
    Outputs.requireLength("weights", weights.length, rows);
    if (gradient != null) {
      Outputs.requireLength("gradient", gradient.length, outputs.values().length);
      if (outputs.lengths() != null) {
        Arrays.fill(gradient, 0);
      }
    }
  }
}
