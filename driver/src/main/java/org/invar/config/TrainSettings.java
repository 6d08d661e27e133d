package org.invar.config;

import java.util.List;
import org.invar.gang.Wire;
import org.invar.optim.Clipping;
import org.invar.optim.EarlyStopping;
import org.invar.optim.Group;
import org.invar.optim.Optimizer;
import org.invar.optim.UpdateRule;
import org.invar.optim.schedule.Progress;
import org.invar.optim.schedule.Schedule;
import org.invar.tensor.Float32;
import org.jspecify.annotations.Nullable;

/**
 * How a network is trained.
 *
 * @param epochs passes over the training rows, at least 1
 * @param optimizer the update rule
 * @param schedule the learning rate
 * @param batchSize rows of a step over all workers, at least 1
 * @param seed of the order of rows, the initial weights and dropout
 * @param shards into how many parts data and batches are cut
 * @param exchange how gradients travel
 * @param averaging how many steps workers take alone; null to share every step's gradient, which
 *     alone is exact
 * @param wire the format of a gradient between workers; bfloat16 is not exact
 * @param exact whether a run refuses machines whose results could differ in a bit
 * @param l2 λ of L2 regularization, 0 or more
 * @param clip bounds on the gradient
 * @param groups the parameters that are frozen, or have a rate of their own
 * @param earlyStopping when to end before the last epoch; null for never
 * @param keepBest the metric whose best epoch's weights are the result; null for the last epoch's
 * @param optimalError human or Bayes error, for the bias and variance diagnosis, a fraction in [0,
 *     1]
 */
public record TrainSettings(
    int epochs,
    Optimizer optimizer,
    Schedule schedule,
    int batchSize,
    long seed,
    ShardSetting shards,
    ExchangeKind exchange,
    @Nullable Averaging averaging,
    Wire wire,
    boolean exact,
    double l2,
    Clipping clip,
    List<Group> groups,
    @Nullable EarlyStopping earlyStopping,
    @Nullable String keepBest,
    double optimalError) {

  /** Refuses numbers out of range and metrics that cannot be watched. */
  public TrainSettings {
    Require.atLeast("epochs", 1, epochs, "An epoch is one pass over the training rows.");
    Require.atLeast("batchSize", 1, batchSize, "It is the number of rows of a step.");
    Require.notNegative("l2", l2);
    Require.check(
        optimalError >= 0 && optimalError <= 1,
        "optimalError",
        optimalError,
        "a fraction in [0, 1]");
    Require.check(
        exchange == ExchangeKind.GANG || (averaging == null && wire == Wire.FLOAT32),
        "exchange",
        exchange,
        "gang, which alone has averaging and wire");
    requireRate(schedule, groups, 0);
    requireRate(schedule, groups, epochs - 1);
    if (earlyStopping != null) {
      Require.metric("earlyStopping.metric", earlyStopping.metric());
    }
    if (keepBest != null) {
      Require.metric("keepBest", keepBest);
    }
  }

  /** Rates rise or fall over a run: the first and the last epoch have the lowest. */
  private static void requireRate(Schedule schedule, List<Group> groups, int epoch) {
    double rate = schedule.rate(new Progress(epoch, 1, 0));
    Require.check(
        schedule.endsAtZero() || (rate > 0 && Float32.holds(rate)),
        "schedule",
        rate + " in epoch " + (epoch + 1),
        "a rate from 1.2e-38 to 3.4e38, as float32 has it. Take another rate, fewer epochs, or a"
            + " factor nearer to 1");
    for (int i = 0; i < groups.size(); i++) {
      double factor = groups.get(i).rate();
      Require.check(
          schedule.endsAtZero() || Float32.holds(rate * factor),
          "groups[" + i + "].rate",
          factor,
          "a factor that leaves the schedule's rate, %s in epoch %d, in float32's range"
              .formatted(rate, epoch + 1));
    }
  }

  /** Returns how a gradient becomes an update. */
  public UpdateRule rule() {
    return new UpdateRule(optimizer, l2, clip, groups);
  }

  /** Returns the settings with all defaults. */
  public static TrainSettings of(int epochs, Optimizer optimizer, Schedule schedule) {
    return new TrainSettings(
        epochs,
        optimizer,
        schedule,
        32,
        1,
        new ShardSetting.Auto(),
        ExchangeKind.GANG,
        null,
        Wire.FLOAT32,
        true,
        0,
        Clipping.of(),
        List.of(),
        null,
        null,
        0);
  }
}
