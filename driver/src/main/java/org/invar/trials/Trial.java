package org.invar.trials;

import java.io.Serializable;
import org.invar.config.Job;

/**
 * What a part of a trial's training is to do.
 *
 * @param job its resolved job, YAML
 * @param directory of its run, absolute, of a file system that driver and executors share
 * @param epochs how many to complete before it pauses
 * @param fold which part of the training shards is its dev set, from 0
 * @param folds how many such parts there are; 1 to take the job's own dev set
 */
public record Trial(String job, String directory, int epochs, int fold, int folds)
    implements Serializable {
  /** Returns a part of the training of a job with its own dev set. */
  public static Trial of(Job job, String directory, int epochs) {
    return new Trial(job.yaml(), directory, epochs, 0, 1);
  }
}
