package org.invar.optim;

import java.io.Serializable;

/**
 * An update rule: how a gradient changes parameters, element by element.
 *
 * <p>An optimizer is an immutable value; its state is the moments that the caller keeps, vectors as
 * long as the parameters that start at 0. Loops are float32 with +, −, ×, ÷ and √ only, so that the
 * result does not depend on how they are compiled; factors of the whole step are computed in
 * float64. Any split of a range gives the same bits as the whole range.
 */
public interface Optimizer extends Serializable {
  /** Returns how many vectors of state the rule keeps, each as long as the parameters. */
  int moments();

  /**
   * Returns the rule of one step.
   *
   * @param t the number of this step, counted from 1
   * @param learningRate α
   */
  Update at(long t, double learningRate);

  /** One step's rule, whose factors are computed; for any threads. */
  interface Update {
    /**
     * Updates the parameters and moments of [from, to) in place.
     *
     * @param parameters the parameters, of which only [from, to) is touched
     * @param gradient the gradient of the mean loss, indexed as the parameters; not changed
     * @param moments {@link #moments()} vectors, indexed as the parameters
     * @param from the first element
     * @param to the element behind the last
     * @param decayed whether weight decay, where the rule has it, acts on these elements
     */
    void apply(
        float[] parameters, float[] gradient, float[][] moments, int from, int to, boolean decayed);
  }
}
