package org.invar.train;

import org.invar.compute.Scores;
import org.invar.config.TrainSettings;
import org.invar.optim.L2;
import org.invar.tensor.Layout;

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
    double rows = Scores.rows(trainSums);
    double weight = Scores.weight(trainSums) * Math.min(settings.batchSize(), rows) / rows;
    return L2.cost(layout, parameters, settings.rule(), weight);
  }
}
