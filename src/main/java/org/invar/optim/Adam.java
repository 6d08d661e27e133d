package org.invar.optim;

/**
 * Momentum over a root mean square, both corrected for their start at 0: v = β₁v + (1 − β₁) g; s =
 * β₂s + (1 − β₂) g²; v̂ = v / (1 − β₁ᵗ); ŝ = s / (1 − β₂ᵗ); W −= α v̂ / (√ŝ + ε).
 *
 * <p>Source: Kingma, Ba 2015, arXiv:1412.6980.
 *
 * @param beta1 β₁, in [0, 1)
 * @param beta2 β₂, in [0, 1)
 * @param epsilon ε, positive, outside the root
 */
public record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
  /** Refuses a β outside [0, 1) and an ε that is not positive. */
  public Adam {
    Require.fraction("beta1", beta1);
    Require.fraction("beta2", beta2);
    Require.epsilon(epsilon);
  }

  /** Returns the rule with β₁ 0.9, β₂ 0.999 and ε 1e-8. */
  public static Adam of() {
    return new Adam(0.9, 0.999, 1e-8);
  }

  @Override
  public int moments() {
    return 2;
  }

  @Override
  public Update at(long t, double learningRate) {
    return at(t, learningRate, 0);
  }

  /**
   * The update with W −= decay · W before it on decayed elements; a decay of 0 leaves plain Adam.
   *
   * <p>The corrections are folded into two factors: α v̂ / (√ŝ + ε) = rate · v / (√s · unbias + ε).
   */
  Update at(long t, double learningRate, double decay) {
    float keep1 = (float) beta1;
    float take1 = (float) (1 - beta1);
    float keep2 = (float) beta2;
    float take2 = (float) (1 - beta2);
    float rate = (float) (learningRate / (1 - StrictMath.pow(beta1, (double) t)));
    float unbias = (float) (1 / Math.sqrt(1 - StrictMath.pow(beta2, (double) t)));
    float outside = (float) epsilon;
    return (parameters, gradient, moments, from, to, decayed) -> {
      float[] v = moments[0];
      float[] s = moments[1];
      float shrink = decayed ? (float) decay : 0;
      for (int i = from; i < to; i++) {
        float g = gradient[i];
        float mean = keep1 * v[i] + take1 * g;
        float square = keep2 * s[i] + take2 * g * g;
        v[i] = mean;
        s[i] = square;
        float w = parameters[i] - shrink * parameters[i];
        parameters[i] = w - rate * mean / ((float) Math.sqrt(square) * unbias + outside);
      }
    };
  }
}
