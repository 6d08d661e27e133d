package org.invar.trials;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.invar.checkpoint.RunDirectory;
import org.invar.compute.KernelFingerprint;
import org.invar.compute.RunPlan;
import org.invar.config.Job;
import org.invar.config.bind.Binder;
import org.invar.config.yaml.YamlDocument;
import org.invar.exchange.Exchanges;
import org.invar.exchange.Stopwatch;
import org.invar.nn.Network;
import org.invar.prepare.JobNetwork;
import org.invar.source.Contents;
import org.invar.source.PackedDataset.Shard;
import org.invar.source.Split;
import org.invar.train.Reports;
import org.invar.train.Training;
import org.invar.train.TrainingListener;
import org.invar.train.TrainingResult;

/**
 * A part of one trial's training, wherever it runs: an ordinary run that goes on until it pauses.
 */
final class TrialRun {
  private static final Shard EMPTY = new Shard(0, "");

  /**
   * What all trials have in common.
   *
   * @param id names the packed data
   * @param contents what it holds
   * @param hashes of its shards
   * @param fingerprint the kernels of all workers
   * @param binder knows the names in jobs
   */
  record Common(
      String id,
      Contents contents,
      Map<String, List<String>> hashes,
      KernelFingerprint fingerprint,
      Binder binder)
      implements Serializable {}

  /** Makes what a run's steps are taken with. */
  interface Workers {
    Exchanges of(RunPlan plan, Contents contents, Job job);
  }

  private final Common common;
  private final Trial trial;
  private final Configuration hadoop;
  private final String executor;
  private final Stopwatch watch = new Stopwatch();

  TrialRun(Common common, Trial trial, Configuration hadoop, String executor) {
    this.common = common;
    this.trial = trial;
    this.hadoop = hadoop;
    this.executor = executor;
  }

  /**
   * Trains on.
   *
   * @param cores that the run may keep busy
   * @throws IOException when the trial's directory cannot be read or written
   */
  TrialPart train(Workers workers, int cores, TrainingListener listener) throws IOException {
    String place = new Path(trial.directory(), "job.yaml").toString();
    Job job = Job.of(YamlDocument.recorded(trial.job(), place), common.binder());
    try (RunDirectory run = RunDirectory.ofTrial(new Path(trial.directory()), hadoop, job.yaml())) {
      if (run.summary().isEmpty()) { // It comes last, when the model is there.
        // Another attempt, on an executor that is thought lost, may be at it.
        run.await(SparkEnv.get().conf().getAppId() + ", executor " + executor);
      }
      Optional<JsonNode> summary = run.summary();
      return summary.isPresent()
          ? part(Reports.result(trial.directory(), summary.get()))
          : train(workers, cores, listener, job, run);
    }
  }

  private TrialPart train(
      Workers workers, int cores, TrainingListener listener, Job job, RunDirectory run)
      throws IOException {
    Contents contents = fold(common.contents(), trial.fold(), trial.folds());
    Network network = JobNetwork.of(job, contents.preprocessing().shape());
    RunPlan plan =
        new RunPlan(
            job.name() + "-" + UUID.randomUUID(),
            network,
            contents.preprocessing().normalization(),
            job.settings().train().seed(),
            job.settings().train().batchSize(),
            contents.shardRows(),
            contents.classFactors(),
            contents.hashes(),
            job.settings().train().exact() ? common.fingerprint() : null);
    try (Exchanges exchanges = workers.of(plan, contents, job)) {
      var training =
          new Training(
              job, plan, contents, common.fingerprint(), cores, run, hadoop, listener, exchanges);
      Optional<TrainingResult> result = training.run(trial.epochs());
      return result.isPresent()
          ? part(result.get())
          : new TrialPart(
              false,
              training.history(),
              Map.of(),
              network.layout().length(),
              watch.seconds(),
              executor,
              null);
    }
  }

  private TrialPart part(TrainingResult result) {
    return new TrialPart(
        true,
        result.history(),
        result.scores(),
        result.parameters(),
        watch.seconds(),
        executor,
        null);
  }

  /** The data, of which every so many shards of the training split are the dev set of a fold. */
  static Contents fold(Contents whole, int fold, int folds) {
    if (folds == 1) {
      return whole;
    }
    Shard[] train = new Shard[whole.shards(Split.TRAIN).size()];
    Shard[] dev = new Shard[train.length];
    for (int shard = 0; shard < train.length; shard++) {
      Shard here = whole.shards(Split.TRAIN).get(shard);
      boolean held = shard % folds == fold;
      train[shard] = held ? EMPTY : here;
      dev[shard] = held ? here : EMPTY;
    }
    Map<Split, List<Shard>> cut = new EnumMap<>(whole.splits());
    cut.put(Split.TRAIN, List.of(train));
    cut.put(Split.DEV, List.of(dev));
    return new Contents(whole.preprocessing(), whole.factors(), cut, whole.skipped(), Map.of());
  }
}
