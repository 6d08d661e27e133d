package org.invar.prepare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.invar.config.ShardSetting;
import org.invar.config.TrainSettings;
import org.invar.data.BatchPlan;
import org.invar.data.Shards;
import org.invar.nn.Network;
import org.invar.source.ShardCount;

/**
 * Into how many shards and batches a job's rows are cut, and what the user should know of it.
 *
 * <p>Batch normalization takes statistics of a shard's part of a batch. So {@code auto} leaves
 * every part {@link Shards#GHOST_ROWS} rows, or the whole batch where it has fewer; the short last
 * batch of an epoch is an exception.
 *
 * @param network whose layers decide what a shard must have
 * @param settings the job's
 */
public record Sharding(Network network, TrainSettings settings) implements ShardCount {
  /** How much of where running statistics begin may be left in them at the end of a run. */
  private static final double FORGOTTEN = 0.05;

  @Override
  public int of(long rows) {
    if (settings.shards() instanceof ShardSetting.Fixed fixed) {
      return fixed.count();
    }
    return network.normalizesBatches()
        ? Shards.autoOfGhostBatches(settings.batchSize(), rows)
        : Shards.auto(settings.batchSize(), rows);
  }

  @Override
  public boolean fits(long[] shardRows) {
    return settings.shards() instanceof ShardSetting.Fixed || ghostsAreLarge(shardRows);
  }

  private boolean ghostsAreLarge(long[] shardRows) {
    return !network.normalizesBatches()
        || shardRows.length == 1
        || plan(shardRows).fewest() >= wanted();
  }

  private int wanted() {
    return Math.min(Shards.GHOST_ROWS, settings.batchSize());
  }

  private BatchPlan plan(long[] shardRows) {
    return BatchPlan.of(shardRows, settings.batchSize());
  }

  /**
   * Returns what the user should know, a sentence each.
   *
   * @param shardRows the training rows of each shard
   * @param cores at hand
   */
  public List<String> notes(long[] shardRows, int cores) {
    List<String> notes = new ArrayList<>();
    int shards = shardRows.length;
    if (!ghostsAreLarge(shardRows)) {
      notes.add(
          ("batchNorm takes its statistics of a shard's part of a batch, as few as %d rows here, and"
                  + " with fewer than %d they say little: use fewer shards (train.shards: auto, or 1),"
                  + " or a larger train.batchSize.")
              .formatted(plan(shardRows).fewest(), wanted()));
    }
    statisticsStart(settings.epochs() * (double) plan(shardRows).steps()).ifPresent(notes::add);
    boolean auto = settings.shards() instanceof ShardSetting.Auto;
    if (auto && shards == 1 && network.normalizesBatches()) {
      notes.add(
          ("train.shards: auto is 1, which is one compute thread, as batchNorm wants %d rows of every"
                  + " shard in every batch: a train.batchSize of %d or more would use others.")
              .formatted(Shards.GHOST_ROWS, 2 * Shards.MEAN_GHOST_ROWS));
    } else if (shards < cores) {
      notes.add(
          "%d shards keep %d of %d cores idle: a larger train.batchSize or train.shards would use them."
              .formatted(shards, cores - shards, cores));
    }
    return notes;
  }

  /** Of running statistics' initial values momentumⁿ is left after n steps. */
  private Optional<String> statisticsStart(double steps) {
    double momentum = network.statisticsMomentum();
    double left = Math.pow(momentum, steps);
    if (left <= FORGOTTEN) {
      return Optional.empty();
    }
    double enough = Math.floor(100 * Math.pow(FORGOTTEN, 1 / steps)) / 100;
    return Optional.of(
        ("batchNorm averages its running statistics over about %.0f steps, and the run has %.0f: %.0f"
                + " %% of their start (mean 0, variance 1) is still in them at its end, so dev scores"
                + " and predictions are worse than the network is. Take more epochs, or batchNorm:"
                + " {momentum: %s}.")
            .formatted(1 / (1 - momentum), steps, 100 * left, enough));
  }
}
