package org.invar.optim;

/** Gradient descent: W −= α g. */
public record Sgd() implements Optimizer {
  @Override
  public int moments() {
    return 0;
  }

  @Override
  public Update at(long t, double learningRate) {
    float rate = (float) learningRate;
    return (parameters, gradient, moments, from, to, decayed) -> {
      for (int i = from; i < to; i++) {
        parameters[i] -= rate * gradient[i];
      }
    };
  }
}
