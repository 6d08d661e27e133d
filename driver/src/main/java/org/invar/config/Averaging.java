package org.invar.config;

/**
 * Workers take steps alone, each on its part of every mini-batch, and then average their parameters
 * and moments (local SGD). The result depends on the number of workers.
 *
 * @param everySteps the steps between two averages, at least 1; an epoch ends with one
 */
public record Averaging(int everySteps) {
  /** Refuses less than one step. */
  public Averaging {
    Require.atLeast("everySteps", 1, everySteps, "It is the number of steps taken alone.");
  }
}
