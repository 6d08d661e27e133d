package org.invar.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.invar.InvarException;
import org.invar.checkpoint.MetricsLog;
import org.invar.checkpoint.RunDirectory;
import org.invar.checkpoint.SavedCheckpoint;
import org.invar.checkpoint.SavedMetrics;
import org.invar.compute.KernelFingerprint;
import org.invar.compute.RunPlan;
import org.invar.compute.Scores;
import org.invar.config.Job;
import org.invar.config.TrainSettings;
import org.invar.exchange.Exchange;
import org.invar.exchange.Exchanges;
import org.invar.exchange.NonFiniteException;
import org.invar.exchange.Stopwatch;
import org.invar.exchange.WorkersLostException;
import org.invar.gang.Command;
import org.invar.gang.Report;
import org.invar.gang.Wire;
import org.invar.metric.ConfusionMatrix;
import org.invar.optim.schedule.Progress;
import org.invar.prepare.Sharding;
import org.invar.prepare.WatchedScores;
import org.invar.score.TrainedModel;
import org.invar.source.Contents;
import org.invar.source.Split;
import org.invar.storage.Json;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * One run, from its first step or its newest checkpoint to its model: the main loop, which goes on
 * from the newest checkpoint when workers are lost.
 */
public final class Training {
  /** The most steps that are sent ahead. */
  private static final int MOST_STEPS = 10_000;

  private final Job job;
  private final TrainSettings settings;
  private final Decisions decisions;
  private final WatchedScores watched;
  private final RunPlan plan;
  private final Contents contents;
  private final Exchanges exchanges;
  private final Scores scores;
  private final Scores stepScores;
  private final long stepsPerEpoch;
  private final Checkpoints checkpoints;
  private final RunDirectory directory;
  private final Configuration hadoop;
  private final TrainingListener listener;
  private final WorkerLosses losses = new WorkerLosses();
  private final Position first;
  private final List<String> warnings = new ArrayList<>();
  private final Set<String> missing = new HashSet<>();

  private Position position;
  private MetricsLog metrics;
  private boolean shown;

  /** Makes ready for the first epoch, or for the one behind a checkpoint. */
  public Training(
      Job job,
      RunPlan plan,
      Contents contents,
      KernelFingerprint fingerprint,
      int cores,
      RunDirectory directory,
      Configuration hadoop,
      TrainingListener listener,
      Exchanges exchanges)
      throws IOException {
    this.job = job;
    this.settings = job.settings().train();
    this.decisions = new Decisions(settings);
    this.watched = new WatchedScores(settings);
    this.plan = plan;
    this.contents = contents;
    this.exchanges = exchanges;
    this.scores = plan.scores();
    this.stepScores = plan.stepScores();
    this.stepsPerEpoch = plan.batches().steps();
    this.directory = directory;
    this.hadoop = hadoop;
    this.listener = listener;
    this.checkpoints = new Checkpoints(job, plan, directory, hadoop, this::warn, listener);
    if (!fingerprint.pinned()) {
      warnings.add(
          "OMP_NUM_THREADS is "
              + fingerprint.threads()
              + ", not 1: runs are not exact to the bit. Set it to 1 before the JVM starts, and"
              + " spark.executorEnv.OMP_NUM_THREADS=1 for executors.");
    }
    warnings.addAll(new Sharding(plan.network(), settings).notes(plan.shardRows(), cores));
    if (settings.averaging() != null) {
      warnings.add(
          "train.averaging: workers take %d steps alone, so the weights depend on how many workers there are."
              .formatted(settings.averaging().everySteps()));
    }
    if (settings.wire() != Wire.FLOAT32) {
      warnings.add(
          "train.wire: gradients are rounded on their way, so the weights depend on how many workers there are.");
    }
    this.first = Position.start(plan, contents, fingerprint, stepScores);
    this.position = first;
    this.metrics = directory.metrics(goBack());
    if (directory.isResumed() && position.step() == 0) {
      warnings.add(
          "%s has no checkpoint to go on from: the run begins at its first step."
              .formatted(directory.path()));
    }
  }

  /** Before the run is shown a warning waits for it; afterwards it is told at once. */
  private void warn(String warning) {
    if (shown) {
      listener.warning(warning);
    } else {
      warnings.add(warning);
    }
  }

  /** Trains to the end. */
  TrainingResult run() throws IOException {
    return run(settings.epochs()).orElseThrow();
  }

  /**
   * Trains until as many epochs are complete; a run that has more to do then leaves a checkpoint,
   * from which it goes on later.
   *
   * @return the result, where the run is over
   */
  public Optional<TrainingResult> run(int epochs) throws IOException {
    started();
    try {
      while (true) {
        try (Exchange exchange = exchanges.open(checkpoints.start())) {
          train(exchange, Math.min(epochs, settings.epochs()));
          return isOver() ? Optional.of(finish(exchange)) : Optional.empty();
        } catch (WorkersLostException e) {
          losses.note(e, position.step());
          long reached = position.step();
          metrics.close();
          metrics = directory.metrics(goBack());
          warn(
              "%s at step %d: going on from step %d."
                  .formatted(e.getMessage(), reached, position.step()));
        }
      }
    } finally {
      metrics.close();
    }
  }

  /** Goes to the newest checkpoint or to the start; returns the metrics' lines up to it. */
  private SavedMetrics goBack() throws IOException {
    SavedCheckpoint checkpoint = checkpoints.newest().orElse(null);
    if (checkpoint == null) {
      position = first;
      return SavedMetrics.none();
    }
    Position saved = Json.bind(checkpoint.position(), Position.class, checkpoint.place());
    saved.check(checkpoint, stepsPerEpoch, first.epochSums().length);
    Identities.check(job, directory, saved.identity(), first.identity());
    position = saved;
    return checkpoint.metrics();
  }

  private boolean isOver() {
    return position.epoch() >= settings.epochs() || position.stopped();
  }

  /** Returns the completed epochs. */
  public List<TrainingListener.Epoch> history() {
    return position.history();
  }

  private void train(Exchange exchange, int epochs) throws IOException {
    try {
      while (position.epoch() < epochs && !isOver()) {
        trainEpoch(exchange);
        endEpoch(exchange);
        if (position.epoch() >= epochs || isOver() || checkpoints.isDueAfterEpoch()) {
          checkpoint(exchange);
        }
      }
      checkpoints.complete(exchange, true);
    } catch (NonFiniteException e) {
      // The one that is being written holds what was computed before.
      checkpoints.complete(exchange, true);
      throw notFinite(e);
    }
  }

  private void trainEpoch(Exchange exchange) throws IOException {
    var watch = new EpochWatch();
    while (position.batch() < stepsPerEpoch) {
      Command.Steps steps = stretch(watch.stepsPerSecond());
      exchange.steps(steps, stepped -> took(exchange, stepped, steps, watch));
      if (position.batch() < stepsPerEpoch && checkpoints.isDue(position.step())) {
        checkpoint(exchange);
      }
    }
  }

  /** The steps up to where a checkpoint may be due, or to the end of the epoch. */
  private Command.Steps stretch(double stepsPerSecond) {
    long stretch = checkpoints.stretch(position.step(), stepsPerSecond);
    long end = position.batch() + Math.min(stretch, MOST_STEPS);
    if (settings.averaging() != null) {
      int alone = settings.averaging().everySteps();
      end = (end + alone - 1) / alone * alone; // In between, workers have different weights.
    }
    int count = (int) (Math.min(end, stepsPerEpoch) - position.batch());
    double[] rates = new double[count];
    for (int i = 0; i < count; i++) {
      rates[i] = learningRate(position.step() + i);
    }
    return new Command.Steps(position.epoch(), position.batch(), position.step(), rates);
  }

  private double learningRate(long step) {
    int reductions = position.watches().plateau().reductions();
    return settings.schedule().rate(new Progress(step, stepsPerEpoch, reductions));
  }

  private void took(
      Exchange exchange, Report.Stepped stepped, Command.Steps steps, EpochWatch watch) {
    position = position.afterSteps(stepped.steps(), stepped.scores(), watch.lap(stepped.steps()));
    double rate = steps.rates()[(int) (position.step() - steps.step()) - 1];
    var step =
        new TrainingListener.Step(
            position.epoch() + 1,
            position.batch(),
            stepsPerEpoch,
            position.step(),
            stepScores.values(position.epochSums()),
            rate,
            watch.samplesPerSecond(stepped.scores()));
    listener.step(step);
    try {
      if (position.step() % Reports.STEPS_A_LINE < stepped.steps()) {
        metrics.append(Reports.step(step, stepped.timings()));
      }
      checkpoints.complete(exchange, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Scores dev, takes the epoch's decisions, and remembers the epoch. */
  private void endEpoch(Exchange exchange) throws IOException {
    Stopwatch watch = new Stopwatch();
    Map<String, Double> values = new LinkedHashMap<>();
    putScores(values, stepScores, Split.TRAIN, position.epochSums());
    putScores(values, scores, Split.DEV, exchange.evaluate(Split.DEV));
    tellMissing(values);
    Position.Watches watches = decisions.after(position.watches(), values);
    boolean improved = decisions.keeps(watches);
    if (improved) {
      exchange.keep();
      checkpoints.keep(position.step());
    }
    var epoch =
        new TrainingListener.Epoch(
            position.epoch() + 1,
            settings.epochs(),
            position.step(),
            values,
            learningRate(position.step() - 1),
            position.clock().epoch() + watch.seconds(),
            improved);
    position = position.afterEpoch(epoch, watches, decisions.stops(watches), watch.seconds());
    metrics.append(Reports.epoch(epoch));
    listener.epoch(epoch);
  }

  /** Tells once of each watched metric that has no value in an epoch. */
  private void tellMissing(Map<String, Double> values) {
    watched
        .withoutValue(values)
        .forEach(
            (metric, rule) -> {
              if (missing.add(metric)) {
                warn(
                    "%s has no value in epoch %d. Of such epochs: %s."
                        .formatted(metric, position.epoch() + 1, rule));
              }
            });
  }

  private static void putScores(
      Map<String, Double> values, Scores kind, Split split, double @Nullable [] sums) {
    if (sums != null) {
      kind.values(sums).forEach((name, value) -> values.put(split.score(name), value));
    }
  }

  private void checkpoint(Exchange exchange) throws IOException {
    checkpoints.begin(exchange, position, metrics.lines());
  }

  private InvarException notFinite(NonFiniteException e) {
    InvarException explained =
        InvarException.of(
            "step %d (epoch %d)".formatted(e.step(), (e.step() - 1) / stepsPerEpoch + 1),
            "finite values",
            "NaN or infinity, first in " + e.what(),
            checkpoints.whatIsKept() + " Lower the learning rate, or set train.clip.norm.");
    explained.initCause(e);
    return explained;
  }

  private void started() {
    Map<String, Long> rows = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      if (contents.has(split)) {
        rows.put(split.label(), contents.rows(split));
      }
    }
    listener.started(
        new TrainingListener.Started(
            job.name(),
            plan.network(),
            rows,
            plan.shards(),
            exchanges.workers(),
            settings.epochs(),
            stepsPerEpoch,
            position.step(),
            List.copyOf(warnings)));
    shown = true;
  }

  private TrainingResult finish(Exchange exchange) throws IOException {
    if (checkpoints.keptStep() >= 0) {
      exchange.useKept();
    }
    Map<String, Double> values = new LinkedHashMap<>();
    Weights weights = checkpoints.keptWeights();
    double[] judged = null;
    for (Split split : Split.values()) {
      double[] sums = exchange.evaluate(split);
      requireFinite(split, sums);
      putScores(values, scores, split, sums);
      if (split == Split.TRAIN && sums != null && settings.l2() > 0) {
        var layout = plan.network().layout();
        double cost = L2Cost.of(settings, layout, weights.parameters(), sums);
        values.put(split.score("l2Cost"), cost);
      }
      judged = sums == null ? judged : sums;
    }
    Optional<ConfusionMatrix> confusion =
        judged == null ? Optional.empty() : scores.confusion(judged);
    TrainingResult result =
        new TrainingResult(
            directory.path().toString(),
            values,
            position.epoch(),
            position.step(),
            plan.network().layout().length(),
            position.clock().stepping() + position.clock().evaluating(),
            samplesPerSecond(),
            position.stopped(),
            keptEpoch(),
            position.history(),
            confusion,
            contents.preprocessing().classes(),
            settings.optimalError());
    TrainedModel.write(
        directory, hadoop, job.binder(), plan.network(), contents.preprocessing(), weights);
    directory.writeSummary(
        Reports.summary(job.name(), plan.shards(), result, contents.tallies(), contents.skipped()));
    listener.finished(result);
    return result;
  }

  /** A model whose loss is no number is no result. */
  private void requireFinite(Split split, double @Nullable [] sums) {
    if (sums != null && Scores.weight(sums) > 0 && !Double.isFinite(Scores.loss(sums))) {
      throw InvarException.of(
          "the loss of the trained weights on the %s split".formatted(split.label()),
          "a finite number",
          String.valueOf(Scores.loss(sums)),
          checkpoints.whatIsKept() + " Lower the learning rate, or set train.clip.norm.");
    }
  }

  private double samplesPerSecond() {
    double rows = (double) contents.rows(Split.TRAIN) * position.epoch();
    return rows / position.clock().stepping();
  }

  /** The epoch, counted from 1, whose weights are the result. */
  private int keptEpoch() {
    long step = checkpoints.keptStep() < 0 ? position.step() : checkpoints.keptStep();
    return (int) (step / stepsPerEpoch);
  }
}
