package org.invar.tensor;

/** Takes the gradient of a network's outputs, one step of a row at a time. */
@FunctionalInterface
public interface Gradients {
  /**
   * Takes the gradient of a step, and rounds each number once. It is 0 for steps that nobody gives.
   *
   * @param step 0 where rows are no sequences
   * @param gradient a number for each of the step's {@link Value#units}; copied
   */
  void write(int row, int step, double[] gradient);
}
