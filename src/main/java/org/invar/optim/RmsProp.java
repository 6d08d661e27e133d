package org.invar.optim;

/**
 * Gradient descent scaled by the root of a mean of squared gradients: s = β₂s + (1 − β₂) g²; W −= α
 * g / √(s + ε), with ε inside the root.
 *
 * <p>Source: Tieleman, Hinton 2012, Coursera "Neural networks for machine learning", lecture 6.5.
 *
 * @param beta2 β₂, in [0, 1)
 * @param epsilon ε, positive
 */
public record RmsProp(double beta2, double epsilon) implements Optimizer {
  /** Refuses a β₂ outside [0, 1) and an ε that is not positive. */
  public RmsProp {
    Require.fraction("beta2", beta2);
    Require.epsilon(epsilon);
  }

  /** Returns the rule with β₂ 0.9 and ε 1e-8. */
  public static RmsProp of() {
    return new RmsProp(0.9, 1e-8);
  }

  @Override
  public int moments() {
    return 1;
  }

  @Override
  public Update at(long t, double learningRate) {
    float keep = (float) beta2;
    float take = (float) (1 - beta2);
    float inside = (float) epsilon;
    float rate = (float) learningRate;
    return (parameters, gradient, moments, from, to, decayed) -> {
      float[] s = moments[0];
      for (int i = from; i < to; i++) {
        float g = gradient[i];
        float square = keep * s[i] + take * g * g;
        s[i] = square;
        parameters[i] -= rate * g / (float) Math.sqrt(square + inside);
      }
    };
  }
}
