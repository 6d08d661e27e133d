package org.invar.optim;

/**
 * Gradient descent along an exponential mean of gradients: v = βv + (1 − β) g; W −= α v.
 *
 * <p>Nesterov's form looks ahead: W −= α (βv + (1 − β) g) with the new v (Sutskever et al. 2013,
 * "On the importance of initialization and momentum in deep learning", scaled by 1 − β as above).
 *
 * @param beta β, in [0, 1)
 * @param nesterov whether to look ahead
 */
public record Momentum(double beta, boolean nesterov) implements Optimizer {
  /** Refuses a β outside [0, 1). */
  public Momentum {
    Require.fraction("beta", beta);
  }

  /** Returns plain momentum with β 0.9. */
  public static Momentum of() {
    return new Momentum(0.9, false);
  }

  @Override
  public int moments() {
    return 1;
  }

  @Override
  public Update at(long t, double learningRate) {
    float keep = (float) beta;
    float take = (float) (1 - beta);
    float rate = (float) learningRate;
    return nesterov ? ahead(keep, take, rate) : plain(keep, take, rate);
  }

  private static Update ahead(float keep, float take, float rate) {
    return (parameters, gradient, moments, from, to, decayed) -> {
      float[] v = moments[0];
      for (int i = from; i < to; i++) {
        float taken = take * gradient[i];
        float mean = keep * v[i] + taken;
        v[i] = mean;
        parameters[i] -= rate * (keep * mean + taken);
      }
    };
  }

  private static Update plain(float keep, float take, float rate) {
    return (parameters, gradient, moments, from, to, decayed) -> {
      float[] v = moments[0];
      for (int i = from; i < to; i++) {
        float mean = keep * v[i] + take * gradient[i];
        v[i] = mean;
        parameters[i] -= rate * mean;
      }
    };
  }
}
