package org.invar.optim;

/**
 * Adam with decoupled weight decay: W −= α · weightDecay · W on decayed entries, then {@link
 * Adam}'s update, whose moments never see the decay.
 *
 * <p>Source: Loshchilov, Hutter 2019, arXiv:1711.05101.
 *
 * @param beta1 β₁, in [0, 1)
 * @param beta2 β₂, in [0, 1)
 * @param epsilon ε, positive, outside the root
 * @param weightDecay the decay a step at a learning rate of 1; 0 or more
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {
  /** Refuses what {@link Adam} refuses, and a negative decay. */
  public AdamW {
    Require.float32("weightDecay", weightDecay);
    var unused = new Adam(beta1, beta2, epsilon);
  }

  /** Returns the rule with Adam's defaults and a decay of 0.01. */
  public static AdamW of() {
    Adam adam = Adam.of();
    return new AdamW(adam.beta1(), adam.beta2(), adam.epsilon(), 0.01);
  }

  private Adam adam() {
    return new Adam(beta1, beta2, epsilon);
  }

  @Override
  public int moments() {
    return adam().moments();
  }

  @Override
  public Update at(long t, double learningRate) {
    return adam().at(t, learningRate, learningRate * weightDecay);
  }
}
