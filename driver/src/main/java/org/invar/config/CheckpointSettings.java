package org.invar.config;

import org.jspecify.annotations.Nullable;

/**
 * Where a run's checkpoints go, and how often.
 *
 * @param directory any Hadoop path; a job fills it in as {@code runs/NAME}
 * @param everySteps how often; a smaller number loses less work to a failure and writes more
 * @param keep how many of the newest stay, at least 1; with 1, damage to it ends the run
 */
public record CheckpointSettings(@Nullable String directory, Interval everySteps, int keep) {
  /** Refuses to keep none. */
  public CheckpointSettings {
    Require.atLeast("keep", 1, keep, "The newest checkpoint is what a run resumes from.");
  }

  /** Returns the defaults. */
  public static CheckpointSettings of() {
    return new CheckpointSettings(null, new Interval.Auto(), 3);
  }

  /** Returns these settings with the directory, unless one is given already. */
  CheckpointSettings orIn(String otherwise) {
    return directory == null ? new CheckpointSettings(otherwise, everySteps, keep) : this;
  }
}
