package org.invar.train;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.invar.nn.Network;

/** Somebody who watches a run from the driver; every method does nothing by default. */
public interface TrainingListener {
  /**
   * What is known before the first step.
   *
   * @param name the job's name
   * @param network layers and loss
   * @param rows the rows of each split that there is: {@code train}, {@code dev}, {@code test}
   * @param shards V
   * @param partitions N, the tasks of a step
   * @param epochs the most epochs that the job wants
   * @param stepsPerEpoch the steps of an epoch
   * @param resumedAtStep the steps that a checkpoint already holds, or 0
   * @param warnings what the user should know, a sentence each
   */
  record Started(
      String name,
      Network network,
      Map<String, Long> rows,
      int shards,
      int partitions,
      int epochs,
      long stepsPerEpoch,
      long resumedAtStep,
      List<String> warnings) {}

  /**
   * A step that was taken.
   *
   * @param epoch counted from 1
   * @param batch counted from 1 in the epoch
   * @param stepsPerEpoch the steps of an epoch
   * @param step counted from 1 over the run
   * @param scores running scores of the epoch's batches so far: {@code loss}, {@code accuracy}, …
   * @param learningRate α of the step
   * @param samplesPerSecond of the epoch so far, in this process
   */
  record Step(
      int epoch,
      long batch,
      long stepsPerEpoch,
      long step,
      Map<String, Double> scores,
      double learningRate,
      double samplesPerSecond) {}

  /**
   * An epoch that is over, its evaluation included.
   *
   * @param epoch counted from 1
   * @param epochs the most epochs that the job wants
   * @param step the steps so far
   * @param scores {@code trainLoss}, {@code trainAccuracy}, {@code devLoss}, …; the training ones
   *     are running scores of the epoch's batches
   * @param learningRate α of the epoch's last step
   * @param seconds that the epoch took
   * @param best whether the watched metric was the best so far, where the job keeps the best model
   */
  record Epoch(
      int epoch,
      int epochs,
      long step,
      Map<String, Double> scores,
      double learningRate,
      double seconds,
      boolean best)
      implements Serializable {}

  /** Called once, before the first step. */
  default void started(Started started) {}

  /** Called with what the user should know and that came up after the start: a sentence. */
  default void warning(String warning) {}

  /** Called after every step. */
  default void step(Step step) {}

  /** Called after every epoch. */
  default void epoch(Epoch epoch) {}

  /** Called with a checkpoint's step as soon as the checkpoint is complete. */
  default void checkpointed(long step) {}

  /** Called instead of everything else when a run that is resumed has nothing left to do. */
  default void alreadyFinished(TrainingResult result) {}

  /** Called once, after the model and the summary were written. */
  default void finished(TrainingResult result) {}
}
