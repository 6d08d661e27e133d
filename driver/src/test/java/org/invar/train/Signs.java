package org.invar.train;

import org.invar.optim.Optimizer;

/** An optimizer of one's own: W −= α sign(g). */
public record Signs() implements Optimizer {
  @Override
  public int moments() {
    return 0;
  }

  @Override
  public Update at(long t, double learningRate) {
    float rate = (float) learningRate;
    return (parameters, gradient, moments, from, to, decayed) -> {
      for (int i = from; i < to; i++) {
        parameters[i] -= rate * Math.signum(gradient[i]);
      }
    };
  }
}
