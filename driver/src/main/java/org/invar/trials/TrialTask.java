package org.invar.trials;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.invar.compute.RunPlan;
import org.invar.config.Job;
import org.invar.exchange.Exchange;
import org.invar.exchange.Exchanges;
import org.invar.exchange.SoloExchange;
import org.invar.exchange.Start;
import org.invar.exchange.Stopwatch;
import org.invar.rows.SharedShards;
import org.invar.rows.Shipped;
import org.invar.source.Contents;
import org.invar.train.TrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * A Spark task that trains one trial, on one core, up to its next pause.
 *
 * @param common what all trials share
 * @param hadoop finds the file system of runs
 * @param blocks the packed data, by split; the process decodes them once
 * @param trial what to do
 */
record TrialTask(
    Broadcast<Shipped<TrialRun.Common>> common,
    Broadcast<SerializableConfiguration> hadoop,
    Map<String, List<Broadcast<byte[][]>>> blocks,
    Shipped<Trial> trial)
    implements Function<Integer, Shipped<TrialPart>> {
  @Override
  public Shipped<TrialPart> call(Integer nothing) throws IOException {
    Stopwatch watch = new Stopwatch();
    String executor = SparkEnv.get().executorId();
    try {
      return Shipped.of(train(executor));
    } catch (RuntimeException | Error e) { // An Error too: the search goes on without the trial.
      TrialFailure reason = reason(e);
      if (reason == null) {
        throw e;
      }
      return Shipped.of(TrialPart.failed(reason, watch.seconds(), executor));
    }
  }

  private TrialPart train(String executor) throws IOException {
    TrialRun.Common all = common.value().value();
    Trial part = trial.value();
    Configuration configuration = hadoop.value().value();
    SharedShards whole = SharedShards.of(all.id(), all.hashes(), this::handOver);
    SharedShards data = part.folds() == 1 ? whole : whole.fold(part.fold(), part.folds());
    return new TrialRun(all, part, configuration, executor)
        .train(
            (plan, contents, job) -> exchanges(plan, contents, job, data, configuration),
            1,
            new TrainingListener() {});
  }

  private static Exchanges exchanges(
      RunPlan plan, Contents contents, Job job, SharedShards data, Configuration hadoop) {
    return new Exchanges() {
      @Override
      public Exchange open(@Nullable Start start) throws IOException {
        return new SoloExchange(plan, contents, data, job.settings().train(), hadoop, start);
      }

      @Override
      public int workers() {
        return 1;
      }
    };
  }

  private void handOver(BiConsumer<String, byte[]> each) {
    blocks.forEach(
        (split, parts) ->
            parts.forEach(
                part -> {
                  for (byte[] block : part.value()) {
                    each.accept(split, block);
                  }
                }));
  }

  /** Why the trial itself cannot be trained; null where the task was ended, or something else. */
  private static @Nullable TrialFailure reason(Throwable failure) {
    TaskContext task = TaskContext.get();
    boolean ended = task != null && task.isInterrupted();
    return ended ? null : TrialFailure.of(failure);
  }
}
