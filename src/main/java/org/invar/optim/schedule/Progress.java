package org.invar.optim.schedule;

import org.invar.optim.Require;

/**
 * Where a run stands: all that a learning rate may depend on.
 *
 * @param step the steps taken before this one, over the whole run; 0 or more
 * @param stepsPerEpoch the steps of an epoch, at least 1
 * @param reductions how often reduce-on-plateau has fired; 0 or more
 */
public record Progress(long step, long stepsPerEpoch, int reductions) {
  /** Refuses negative counts and an epoch without steps. */
  public Progress {
    Require.atLeast("step", step, 0);
    Require.atLeast("stepsPerEpoch", stepsPerEpoch, 1);
    Require.atLeast("reductions", reductions, 0);
  }

  /** Returns the whole epochs completed: the number of the current one, counted from 0. */
  public long epoch() {
    return step / stepsPerEpoch;
  }

  /** Returns the epochs completed, counted from 0: whole ones, or with the fraction of this one. */
  double epochs(Pace per) {
    return switch (per) {
      case EPOCH -> (double) epoch();
      case STEP -> (double) step / stepsPerEpoch;
    };
  }

  /** Returns the same place in a run that starts that many epochs later, at the earliest step 0. */
  Progress behind(long epochs) {
    return new Progress(Math.max(0, step - epochs * stepsPerEpoch), stepsPerEpoch, reductions);
  }
}
