package org.invar.optim.schedule;

import org.invar.optim.Require;

/**
 * The same rate always.
 *
 * @param rate α, positive
 */
public record Constant(double rate) implements Schedule {
  /** Refuses a rate that is not positive. */
  public Constant {
    Require.positive("rate", rate);
  }

  @Override
  public double rate(Progress progress) {
    return rate;
  }
}
