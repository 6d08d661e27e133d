package org.invar.search.schedule;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a free core does next, among the trials of one stage.
 *
 * <p>Trials are numbered from 0 within the stage. Used by one thread.
 */
public interface Scheduler {
  /**
   * A part of a trial's training.
   *
   * @param trial its number
   * @param epochs how many are to be complete when it pauses
   */
  record Part(int trial, int epochs) {}

  /** Returns the next part, or null while there is nothing to do before a running part ends. */
  @Nullable Part next();

  /**
   * Takes note of the end of a part, of this process or, before the first call of {@link #next}, of
   * one before it.
   *
   * @param scores what the trial would have scored if it had ended after each epoch so far; none
   *     for one that failed
   * @param over whether the trial cannot go on: it failed, or is trained to its end
   */
  void ended(int trial, double[] scores, boolean over);

  /** Returns about how many epochs all trials will have had in the end. */
  double expectedEpochs();

  /** Returns a scheduler. */
  static Scheduler of(Stopping stopping, Objective objective, int trials, int epochs) {
    if (stopping instanceof Stopping.Asha asha) {
      return new Halving(asha, objective, trials, epochs);
    }
    return stopping instanceof Stopping.Median median
        ? new MedianRule(median, objective, trials, epochs)
        : new ToTheEnd(trials, epochs);
  }

  /** Every trial in one part. */
  final class ToTheEnd implements Scheduler {
    private final int trials;
    private final int epochs;
    private final BitSet begun = new BitSet();

    ToTheEnd(int trials, int epochs) {
      this.trials = trials;
      this.epochs = epochs;
    }

    @Override
    public @Nullable Part next() {
      int trial = begun.nextClearBit(0);
      begun.set(trial);
      return trial < trials ? new Part(trial, epochs) : null;
    }

    @Override
    public void ended(int trial, double[] scores, boolean over) {
      begun.set(trial);
    }

    @Override
    public double expectedEpochs() {
      return (double) trials * epochs;
    }
  }
}
