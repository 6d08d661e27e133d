package org.invar.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.invar.InvarException;
import org.invar.checkpoint.CheckpointName;
import org.invar.checkpoint.CheckpointStore;
import org.invar.checkpoint.Kept;
import org.invar.checkpoint.MetricsLog;
import org.invar.checkpoint.RunDirectory;
import org.invar.checkpoint.SavedCheckpoint;
import org.invar.config.Job;
import org.invar.config.TrainSettings;
import org.invar.metric.ConfusionMatrix;
import org.invar.optim.Progress;
import org.invar.param.Weights;
import org.invar.source.PackedSplits;
import org.invar.source.Split;
import org.invar.storage.SliceContent;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.invar.storage.Span;
import org.invar.worker.KernelFingerprint;
import org.invar.worker.RunPlan;
import org.invar.worker.Scores;
import org.invar.worker.ShardSum;
import org.invar.worker.ShardTask;
import org.jspecify.annotations.Nullable;

/** One run, from its first step or its newest checkpoint to its model: the main loop. */
final class Training {
  private final Job job;
  private final TrainSettings settings;
  private final Decisions decisions;
  private final RunPlan plan;
  private final PackedSplits splits;
  private final Exchange exchange;
  private final Scores scores;
  private final Scores stepScores;
  private final long stepsPerEpoch;
  private final TrainingState state;
  private final CheckpointStore checkpoints;
  private final RunDirectory directory;
  private final Configuration hadoop;
  private final TrainingListener listener;
  private final List<String> warnings = new ArrayList<>();

  private MetricsLog metrics;
  private long stepOfLastCheckpoint = -1;
  private boolean shown;

  Training(
      Job job,
      RunPlan plan,
      PackedSplits splits,
      Exchange exchange,
      KernelFingerprint fingerprint,
      int cores,
      RunDirectory directory,
      Configuration hadoop,
      TrainingListener listener)
      throws IOException {
    this.job = job;
    this.settings = job.settings().train();
    this.decisions = new Decisions(settings);
    this.plan = plan;
    this.splits = splits;
    this.exchange = exchange;
    this.scores = plan.scores();
    this.stepScores = plan.stepScores();
    this.stepsPerEpoch = plan.batches().steps();
    this.directory = directory;
    this.hadoop = hadoop;
    this.listener = listener;
    this.checkpoints =
        CheckpointStore.of(
            directory.checkpoints(),
            hadoop,
            plan.network().layout(),
            plan.network().stateLayout(),
            job.settings().checkpoint().keep(),
            this::warn);
    if (!fingerprint.pinned()) {
      warnings.add(
          "OMP_NUM_THREADS is "
              + fingerprint.threads()
              + ", not 1: runs are not exact to the bit. Set it to 1 before the JVM starts, and"
              + " spark.executorEnv.OMP_NUM_THREADS=1 for executors.");
    }
    if (plan.shards() < cores) {
      warnings.add(
          "%d shards keep %d of %d cores idle: a larger train.batchSize or train.shards would use them."
              .formatted(plan.shards(), cores - plan.shards(), cores));
    }
    this.state =
        TrainingState.start(plan, settings, Position.start(plan, splits, fingerprint, stepScores));
    List<String> lines = resume();
    this.metrics = directory.metrics(lines);
  }

  /** Before the run is shown a warning waits for it; afterwards it is told at once. */
  private void warn(String warning) {
    if (shown) {
      listener.warning(warning);
    } else {
      warnings.add(warning);
    }
  }

  TrainingResult run() throws IOException {
    started();
    try {
      while (position().epoch() < settings.epochs() && !position().stopped()) {
        trainEpoch();
        endEpoch();
        checkpoint();
      }
      return finish();
    } finally {
      metrics.close();
    }
  }

  private void trainEpoch() throws IOException {
    Stopwatch epoch = new Stopwatch();
    long rowsAtStart = Scores.rows(position().epochSums());
    while (position().batch() < stepsPerEpoch) {
      Stopwatch watch = new Stopwatch();
      double rate = learningRate(position().step());
      ShardSum sum = gradient();
      double computed = watch.millis();
      state.update(sum, rate);
      state.moveTo(position().afterStep(sum.scores(), watch.seconds()));
      report(rate, rowsAtStart, epoch, computed, watch.millis() - computed);
      if (position().batch() < stepsPerEpoch
          && position().step() % job.settings().checkpoint().everySteps() == 0) {
        checkpoint();
      }
    }
  }

  private Position position() {
    return state.position();
  }

  private double learningRate(long step) {
    int reductions = position().watches().plateau().reductions();
    return settings.schedule().rate(new Progress(step, stepsPerEpoch, reductions));
  }

  private ShardSum gradient() {
    try {
      return exchange.step(
          state.weights(),
          new ShardTask.Step(position().epoch(), position().batch(), position().step()));
    } catch (NonFiniteException e) {
      throw notFinite(position().step() + 1, e.found().what() + " of shard " + e.found().shard());
    }
  }

  /** Scores dev, takes the epoch's decisions, and remembers the epoch. */
  private void endEpoch() throws IOException {
    Stopwatch watch = new Stopwatch();
    Map<String, Double> values = new LinkedHashMap<>();
    putScores(values, stepScores, Split.TRAIN, position().epochSums());
    putScores(values, scores, Split.DEV, exchange.evaluate(state.weights(), Split.DEV));
    Position.Watches watches = decisions.after(position().watches(), values);
    boolean improved = decisions.keeps(watches);
    if (improved) {
      state.keep();
    }
    var epoch =
        new TrainingListener.Epoch(
            position().epoch() + 1,
            settings.epochs(),
            position().step(),
            values,
            learningRate(position().step() - 1),
            position().clock().epoch() + watch.seconds(),
            improved);
    state.moveTo(position().afterEpoch(epoch, watches, decisions.stops(watches), watch.seconds()));
    metrics.append(Reports.epoch(epoch));
    listener.epoch(epoch);
  }

  private static void putScores(
      Map<String, Double> values, Scores kind, Split split, double @Nullable [] sums) {
    if (sums != null) {
      kind.values(sums).forEach((name, value) -> values.put(split.score(name), value));
    }
  }

  private void report(
      double rate, long rowsAtStart, Stopwatch epoch, double gradientMillis, double updateMillis)
      throws IOException {
    double perSecond = (Scores.rows(position().epochSums()) - rowsAtStart) / epoch.seconds();
    var step =
        new TrainingListener.Step(
            position().epoch() + 1,
            position().batch(),
            stepsPerEpoch,
            position().step(),
            stepScores.values(position().epochSums()),
            rate,
            perSecond);
    listener.step(step);
    if (position().step() % Reports.STEPS_A_LINE == 0) {
      metrics.append(Reports.step(step, gradientMillis, updateMillis));
    }
  }

  private void checkpoint() throws IOException {
    String broken = state.firstNonFinite();
    if (broken != null) {
      // It could not be gone on from, and would push out those that can.
      throw notFinite(position().step(), "parameter " + broken);
    }
    CheckpointName name = checkpoints.next(position().step());
    List<SliceFile> slices = List.of(write(name.slices(), state.content()));
    Kept kept = kept(name, slices);
    checkpoints.complete(name, Reports.JSON.valueToTree(position()), slices, kept, metrics.lines());
    stepOfLastCheckpoint = position().step();
    listener.checkpointed(stepOfLastCheckpoint);
  }

  /** Refers to the files that have the best weights; writes them where none has. */
  private @Nullable Kept kept(CheckpointName name, List<SliceFile> slices) throws IOException {
    TrainingState.Best best = state.best();
    if (best == null) {
      return null;
    }
    if (best.step() == position().step()) {
      return new Kept(best.step(), slices);
    }
    Optional<Kept> written = checkpoints.kept(best.step());
    if (written.isPresent()) {
      return written.get();
    }
    Weights weights = best.weights();
    var content = SliceContent.weights(Span.of(weights.parameters()), Span.of(weights.state()));
    return new Kept(best.step(), List.of(write(name.kept(), content)));
  }

  private SliceFile write(String prefix, SliceContent content) throws IOException {
    Path file = new Path(checkpoints.directory(), SliceFile.name(prefix, 0, 1));
    return Slices.write(checkpoints.fileSystem(), file, content);
  }

  private InvarException notFinite(long step, String what) {
    String kept =
        stepOfLastCheckpoint < 0
            ? "There is no checkpoint yet."
            : "The checkpoint of step %d is kept in %s."
                .formatted(stepOfLastCheckpoint, directory.checkpoints());
    return InvarException.of(
        "step %d (epoch %d)".formatted(step, (step - 1) / stepsPerEpoch + 1),
        "finite values",
        "NaN or infinity, first in " + what,
        kept + " Lower the learning rate, or set train.clip.norm.");
  }

  /** Goes to the newest checkpoint, if there is one; returns the metrics' lines up to it. */
  private List<String> resume() throws IOException {
    SavedCheckpoint checkpoint = checkpoints.newest().orElse(null);
    if (checkpoint == null) {
      return List.of();
    }
    Position saved = Reports.JSON.treeToValue(checkpoint.position(), Position.class);
    Identities.check(job, directory, saved.identity(), position().identity());
    state.restore(checkpoints, checkpoint, saved);
    stepOfLastCheckpoint = checkpoint.step();
    return checkpoint.metrics();
  }

  private void started() {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      var data = splits.of(split);
      if (data != null) {
        rows.put(split.label(), data.rows());
      }
    }
    listener.started(
        new TrainingListener.Started(
            job.name(),
            plan.network(),
            rows,
            plan.shards(),
            splits.train().blocks().getNumPartitions(),
            settings.epochs(),
            stepsPerEpoch,
            position().step(),
            List.copyOf(warnings)));
    shown = true;
  }

  private TrainingResult finish() throws IOException {
    Weights kept = state.kept();
    Map<String, Double> values = new LinkedHashMap<>();
    double[] judged = null;
    for (Split split : Split.values()) {
      double[] sums = exchange.evaluate(kept, split);
      putScores(values, scores, split, sums);
      judged = sums == null ? judged : sums;
    }
    Optional<ConfusionMatrix> confusion =
        judged == null ? Optional.empty() : scores.confusion(judged);
    TrainingResult result =
        new TrainingResult(
            directory.path().toString(),
            values,
            position().epoch(),
            position().step(),
            plan.network().layout().length(),
            position().clock().stepping() + position().clock().evaluating(),
            samplesPerSecond(),
            position().stopped(),
            keptEpoch(),
            position().history(),
            confusion,
            splits.preprocessing().classes(),
            settings.optimalError());
    TrainedModel.write(
        directory, hadoop, job.binder(), plan.network(), splits.preprocessing(), kept);
    directory.writeSummary(Reports.summary(job.name(), plan.shards(), result));
    listener.finished(result);
    return result;
  }

  private double samplesPerSecond() {
    double rows = (double) splits.train().rows() * position().epoch();
    return rows / position().clock().stepping();
  }

  /** The epoch, counted from 1, whose weights are the result. */
  private int keptEpoch() {
    return (int) (state.keptStep() / stepsPerEpoch);
  }
}
