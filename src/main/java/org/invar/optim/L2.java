package org.invar.optim;

import java.util.List;
import org.invar.tensor.Layout;

/** What L2 regularization adds to the loss, of which the averager's update has the gradient. */
public final class L2 {
  private L2() {}

  /**
   * Returns (1/m)(λ/2) ΣW² over decayed entries that are not frozen; squares are summed in float64,
   * over the blocks of {@link ParameterAverager} in their order.
   *
   * @param layout the entries of the flat vector
   * @param parameters the flat vector
   * @param rule says λ
   * @param weight m, the batch's example weight; positive
   */
  public static double cost(Layout layout, float[] parameters, UpdateRule rule, double weight) {
    Require.length("parameters", parameters.length, layout.length());
    Require.positive("weight", weight);
    List<Run> runs = Run.of(layout, rule);
    double[] blocks = new double[ParameterAverager.blocks(parameters.length)];
    for (int block = 0; block < blocks.length; block++) {
      int at = block * ParameterAverager.BLOCK;
      int end = Math.min(at + ParameterAverager.BLOCK, parameters.length);
      for (Run run : Run.within(runs, at, end)) {
        if (run.decayed()) {
          blocks[block] += Squares.sum(parameters, at + run.from(), at + run.to());
        }
      }
    }
    return rule.l2() / (2 * weight) * ParameterAverager.sumBlocks(blocks);
  }
}
