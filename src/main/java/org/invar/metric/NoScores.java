package org.invar.metric;

import java.util.Map;
import org.invar.loss.Outputs;

/**
 * The metric of a network of which only the loss is known to mean something: no sums, no scores.
 */
public record NoScores() implements Metric {
  @Override
  public int width() {
    return 0;
  }

  @Override
  public void add(double[] sums, int offset, Outputs outputs, float[] targets) {
    // There is nothing to sum.
  }

  @Override
  public Map<String, Double> values(double[] sums, int offset) {
    return Map.of();
  }
}
