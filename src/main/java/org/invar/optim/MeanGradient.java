package org.invar.optim;

/**
 * From a batch's gradient sum to what the optimizer takes, element by element: g = (sum + l2 · W) /
 * m on decayed entries and sum / m on others, clipped by value.
 *
 * @param l2 λ, for decayed entries
 * @param clipping bounds g's values
 * @param scale 1/m
 */
record MeanGradient(float l2, Clipping clipping, float scale) {
  /** Returns that of a batch of an example weight m. */
  static MeanGradient of(UpdateRule rule, double weight) {
    return new MeanGradient((float) rule.l2(), rule.clipping(), (float) (1 / weight));
  }

  /**
   * Replaces sums by factor · g.
   *
   * @param factor what the bound on the norm asks for
   */
  void replace(
      float[] sums, float[] parameters, int start, int end, boolean decayed, float factor) {
    float decay = decay(decayed);
    for (int i = start; i < end; i++) {
      sums[i] = averaged(sums[i], parameters[i], decay, scale);
    }
    if (clipping.boundsValue()) {
      float bound = (float) clipping.value();
      for (int i = start; i < end; i++) {
        sums[i] = clipped(sums[i], bound);
      }
    }
    if (factor != 1) {
      for (int i = start; i < end; i++) {
        sums[i] *= factor;
      }
    }
  }

  /** Returns Σ g²: four sums side by side, in a fixed order, as {@link Squares} has them. */
  double sumOfSquares(float[] sums, float[] parameters, int start, int end, boolean decayed) {
    float decay = decay(decayed);
    float bound = (float) clipping.value();
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = start;
    for (; i < end - 3; i += 4) {
      sum0 += Squares.of(clipped(averaged(sums[i], parameters[i], decay, scale), bound));
      sum1 += Squares.of(clipped(averaged(sums[i + 1], parameters[i + 1], decay, scale), bound));
      sum2 += Squares.of(clipped(averaged(sums[i + 2], parameters[i + 2], decay, scale), bound));
      sum3 += Squares.of(clipped(averaged(sums[i + 3], parameters[i + 3], decay, scale), bound));
    }
    for (; i < end; i++) {
      sum0 += Squares.of(clipped(averaged(sums[i], parameters[i], decay, scale), bound));
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private float decay(boolean decayed) {
    return decayed ? l2 : 0;
  }

  private static float averaged(float sum, float parameter, float decay, float scale) {
    return (sum + decay * parameter) * scale;
  }

  private static float clipped(float value, float bound) {
    return Math.max(-bound, Math.min(bound, value));
  }
}
