package org.invar.train;

import org.invar.config.TrainSettings;
import org.invar.optim.Clipping;
import org.invar.optim.ParameterAverager;
import org.invar.optim.Sgd;
import org.invar.param.Layout;
import org.invar.worker.Scores;

/** What L2 regularization adds to the loss of a mini-batch: (1/m)(λ/2) ΣW² over decayed entries. */
final class L2Cost {
  private L2Cost() {}

  /**
   * Returns the cost for a batch of average example weight.
   *
   * @param parameters the flat vector
   * @param trainSums scores of all training rows, which give the average weight of a row
   */
  static double of(TrainSettings settings, Layout layout, float[] parameters, double[] trainSums) {
    var averager = ParameterAverager.of(layout, new Sgd(), settings.l2(), Clipping.of());
    double[] blocks = new double[ParameterAverager.blocks(parameters.length)];
    averager.blockSquaredWeights(parameters, blocks);
    double rows = Scores.rows(trainSums);
    double weight = Scores.weight(trainSums) * Math.min(settings.batchSize(), rows) / rows;
    return averager.l2Cost(ParameterAverager.sumBlocks(blocks), weight);
  }
}
