package org.invar.optim.schedule;

/** How often a schedule moves. */
public enum Pace {
  /** At the end of an epoch: by whole completed epochs, from 0. */
  EPOCH,
  /** At every step: by step / stepsPerEpoch. */
  STEP
}
