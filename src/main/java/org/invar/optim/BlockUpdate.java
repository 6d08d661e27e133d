package org.invar.optim;

import java.util.List;

/** The update of one step; several threads may each update a block. */
public final class BlockUpdate {
  private final ParameterAverager averager;
  private final MeanGradient mean;
  private final float factor;
  private final List<Optimizer.Update> updates;

  /**
   * Makes the update.
   *
   * @param averager of the slice
   * @param mean makes a gradient of sums
   * @param factor what the bound on the norm asks for
   * @param updates the optimizer's, by {@link Run#rate}
   */
  BlockUpdate(
      ParameterAverager averager, MeanGradient mean, float factor, List<Optimizer.Update> updates) {
    this.averager = averager;
    this.mean = mean;
    this.factor = factor;
    this.updates = updates;
  }

  /**
   * Updates a block of the slice.
   *
   * @param at the block's first element, counted from the slice's
   * @param parameters begins with the block's, which are updated but for frozen ones
   * @param gradientSum begins with the block's, which are overwritten
   */
  public void apply(int at, float[] parameters, float[] gradientSum) {
    ParameterAverager.Block block = averager.block(at);
    float[][] moments = averager.moments(block);
    for (Run run : block.runs()) {
      mean.replace(gradientSum, parameters, run.from(), run.to(), run.decayed(), factor);
      updates
          .get(run.rate())
          .apply(parameters, gradientSum, moments, run.from(), run.to(), run.decayed());
    }
  }
}
