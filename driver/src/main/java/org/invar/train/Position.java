package org.invar.train;

import java.util.ArrayList;
import java.util.List;
import org.invar.InvarException;
import org.invar.checkpoint.SavedCheckpoint;
import org.invar.compute.KernelFingerprint;
import org.invar.compute.RunPlan;
import org.invar.compute.Scores;
import org.invar.optim.Plateau;
import org.invar.optim.WatchedMetric;
import org.invar.source.Contents;
import org.invar.source.PackedDataset;
import org.invar.source.Split;

/**
 * Where a run stands and what it must find again to go on: everything of a checkpoint that is not a
 * vector.
 *
 * @param epoch completed epochs
 * @param batch completed mini-batches of the epoch that is under way
 * @param step completed steps of the run
 * @param epochSums {@link org.invar.compute.Scores} of the mini-batches of the epoch that is under
 *     way
 * @param watches what early stopping, reduce-on-plateau and best-model keeping remember
 * @param stopped whether early stopping has ended the run
 * @param clock seconds spent so far
 * @param history the completed epochs
 * @param identity what the run is, which no part of it may change
 */
@SuppressWarnings("ArrayRecordComponent")
record Position(
    int epoch,
    long batch,
    long step,
    double[] epochSums,
    Watches watches,
    boolean stopped,
    Clock clock,
    List<TrainingListener.Epoch> history,
    Identity identity) {
  /** Returns the position before the first step. */
  static Position start(
      RunPlan plan, Contents contents, KernelFingerprint fingerprint, Scores scores) {
    return new Position(
        0,
        0,
        0,
        scores.zero(),
        Watches.start(),
        false,
        new Clock(0, 0, 0),
        List.of(),
        new Identity(
            plan.seed(),
            contents.shards(Split.TRAIN),
            contents.shards(Split.DEV),
            contents.shards(Split.TEST),
            fingerprint));
  }

  /**
   * Refuses a position that no run of this plan can have.
   *
   * @param checkpoint which has it
   * @param stepsPerEpoch the plan's
   * @param sums the number of scores
   */
  void check(SavedCheckpoint checkpoint, long stepsPerEpoch, int sums) {
    boolean sound =
        epoch >= 0
            && batch >= 0
            && batch < stepsPerEpoch
            && step == checkpoint.step()
            && step == epoch * stepsPerEpoch + batch
            && history.size() == epoch
            && epochSums.length == sums
            && clock.isSound()
            && identity.shards().stream().allMatch(shard -> shard.rows() >= 0);
    if (!sound) {
      throw InvarException.of(
          checkpoint.place(),
          "the position of step %d, with %d steps an epoch"
              .formatted(checkpoint.step(), stepsPerEpoch),
          "epoch %d, batch %d, step %d and a history of %d epochs"
              .formatted(epoch, batch, step, history.size()),
          "Delete this checkpoint, so that the one before it is gone on from, or start again with"
              + " --overwrite.");
    }
  }

  /** Returns the position after that many more mini-batches of those scores. */
  Position afterSteps(int count, double[] batchSums, double seconds) {
    double[] sums = epochSums.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += batchSums[i];
    }
    return new Position(
        epoch,
        batch + count,
        step + count,
        sums,
        watches,
        stopped,
        clock.stepped(seconds),
        history,
        identity);
  }

  /** Returns the position after the evaluation that ends the epoch. */
  Position afterEpoch(
      TrainingListener.Epoch completed, Watches newWatches, boolean stop, double seconds) {
    List<TrainingListener.Epoch> epochs = new ArrayList<>(history);
    epochs.add(completed);
    return new Position(
        epoch + 1,
        0,
        step,
        new double[epochSums.length],
        newWatches,
        stop,
        clock.evaluated(seconds),
        List.copyOf(epochs),
        identity);
  }

  /**
   * What decisions are taken from.
   *
   * @param earlyStopping the metric that ends the run
   * @param plateau the metric that reduces the learning rate
   * @param best the metric whose best epoch's weights are kept
   */
  record Watches(WatchedMetric earlyStopping, Plateau plateau, WatchedMetric best) {
    static Watches start() {
      return new Watches(WatchedMetric.start(), Plateau.start(), WatchedMetric.start());
    }
  }

  /**
   * Wall-clock seconds, over all parts of a run.
   *
   * @param stepping computing and applying gradients
   * @param evaluating scoring splits
   * @param epoch of the epoch that is under way
   */
  record Clock(double stepping, double evaluating, double epoch) {
    boolean isSound() {
      return stepping >= 0 && evaluating >= 0 && epoch >= 0;
    }

    Clock stepped(double seconds) {
      return new Clock(stepping + seconds, evaluating, epoch + seconds);
    }

    Clock evaluated(double seconds) {
      return new Clock(stepping, evaluating + seconds, 0);
    }
  }

  /**
   * What a run is.
   *
   * @param seed of everything random
   * @param shards rows and hash of each training shard; their number is V
   * @param devShards the same of the dev split, which decisions are taken from; empty without one
   * @param testShards the same of the test split, which has the last word; empty without one
   * @param fingerprint the kernels that computed it
   */
  record Identity(
      long seed,
      List<PackedDataset.Shard> shards,
      List<PackedDataset.Shard> devShards,
      List<PackedDataset.Shard> testShards,
      KernelFingerprint fingerprint) {}
}
