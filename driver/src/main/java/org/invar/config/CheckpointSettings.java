package org.invar.config;

import org.jspecify.annotations.Nullable;

/**
 * Where a run's checkpoints go, and how often.
 *
 * @param directory any Hadoop path; a job fills it in as {@code runs/NAME}
 * @param everySteps at least 1; a smaller number loses less work to a failure and writes more
 * @param keep how many of the newest stay, at least 1; with 1, damage to it ends the run
 */
public record CheckpointSettings(@Nullable String directory, int everySteps, int keep) {
  /** Refuses numbers below 1. */
  public CheckpointSettings {
    Require.atLeast("everySteps", 1, everySteps, "");
    Require.atLeast("keep", 1, keep, "The newest checkpoint is what a run resumes from.");
  }

  /** Returns the defaults. */
  public static CheckpointSettings of() {
    return new CheckpointSettings(null, 500, 3);
  }

  /** Returns these settings with the directory, unless one is given already. */
  CheckpointSettings orIn(String otherwise) {
    return directory == null ? new CheckpointSettings(otherwise, everySteps, keep) : this;
  }
}
