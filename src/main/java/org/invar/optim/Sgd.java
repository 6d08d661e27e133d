package org.invar.optim;

/** Gradient descent: W −= α g. */
public record Sgd() implements Optimizer {
  @Override
  public int moments() {
    return 0;
  }

  @Override
  public void step(
      float[] parameters,
      float[] gradient,
      float[][] moments,
      int from,
      int to,
      long t,
      double learningRate,
      boolean decayed) {
    float rate = (float) learningRate;
    for (int i = from; i < to; i++) {
      parameters[i] -= rate * gradient[i];
    }
  }
}
