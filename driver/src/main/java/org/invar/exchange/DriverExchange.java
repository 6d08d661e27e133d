package org.invar.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.invar.compute.MemoryNeed;
import org.invar.compute.ProcessMemory;
import org.invar.compute.RunPlan;
import org.invar.compute.Scores;
import org.invar.compute.ShardSum;
import org.invar.compute.ShardTask;
import org.invar.config.TrainSettings;
import org.invar.gang.Command;
import org.invar.gang.Report;
import org.invar.gang.StepTimings;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.source.PackedDataset;
import org.invar.source.PackedSplits;
import org.invar.source.Split;
import org.invar.storage.RunFiles;
import org.invar.storage.SliceContent;
import org.invar.storage.SliceFile;
import org.invar.storage.Slices;
import org.invar.storage.Span;
import org.invar.tensor.Layout;
import org.invar.tensor.Weights;
import org.jspecify.annotations.Nullable;

/**
 * The {@code driver} exchange: a Spark job computes a step's sums, and the averager lives on the
 * driver.
 *
 * <p>Slow, but it works with dynamic allocation, and Spark retries what is lost. It is also the
 * plain form that the gang is compared with, bit for bit.
 */
final class DriverExchange implements Exchange {
  private final ShardJobs jobs;
  private final PackedSplits splits;
  private final Configuration hadoop;
  private final Layout layout;
  private final ParameterAverager averager;
  private final float[] parameters;
  private final RunningState running;
  private @Nullable Weights kept;
  private @Nullable Weights used;
  private @Nullable SavedFiles saved;

  /**
   * Makes the exchange in the state of a checkpoint.
   *
   * @param start the checkpoint, or null for the state before step 0
   */
  DriverExchange(
      JavaSparkContext spark,
      RunPlan plan,
      PackedSplits splits,
      TrainSettings settings,
      Configuration hadoop,
      @Nullable Start start)
      throws IOException {
    MemoryNeed.ofAverager(plan.network(), settings.optimizer())
        .require("the driver, with train.exchange: driver", ProcessMemory.current());
    this.splits = splits;
    this.hadoop = hadoop;
    this.layout = plan.network().layout();
    this.averager = ParameterAverager.of(layout, settings.rule());
    this.parameters = layout.initialValues(plan.seed());
    Layout stateLayout = plan.network().stateLayout();
    this.running = RunningState.of(stateLayout, stateLayout.initialValues(plan.seed()));
    if (start != null) {
      restore(start);
    }
    this.jobs = new ShardJobs(spark, plan);
  }

  private void restore(Start start) throws IOException {
    FileSystem files = RunFiles.fileSystem(start.directory(), hadoop);
    float[][] moments = new float[averager.moments()][layout.length()];
    List<Span> spans = new ArrayList<>();
    for (float[] moment : moments) {
      spans.add(Span.of(moment));
    }
    Slices.read(
        files,
        start.directory(),
        start.slices(),
        new SliceContent(Span.of(parameters), spans, Span.of(running.values())));
    averager.restore(moments, start.step());
    if (!start.kept().isEmpty()) {
      Weights best = zeros();
      Slices.read(
          files,
          start.directory(),
          start.kept(),
          SliceContent.weights(Span.of(best.parameters()), Span.of(best.state())));
      kept = best;
    }
  }

  private Weights zeros() {
    return new Weights(new float[layout.length()], new float[running.values().length]);
  }

  @Override
  public void steps(Command.Steps steps, Consumer<Report.Stepped> each) {
    for (int i = 0; i < steps.rates().length; i++) {
      Stopwatch watch = new Stopwatch();
      var step = new ShardTask.Step(steps.epoch(), steps.batch() + i, steps.step() + i);
      ShardSum sum = jobs.sum(weights(), Split.TRAIN.label(), splits.train(), step);
      if (sum == null) {
        throw new IllegalStateException("batch " + step.batch() + " has no rows");
      }
      double computed = watch.millis();
      update(sum, steps.rates()[i]);
      double updated = watch.millis() - computed;
      each.accept(
          new Report.Stepped(1, sum.scores(), new StepTimings(computed, 0, 0, updated, 0, 0)));
    }
  }

  private void update(ShardSum sum, double rate) {
    double weight = Scores.weight(sum.scores());
    if (weight == 0) {
      averager.advance(); // Every row weighs nothing: there is no mean gradient to follow.
      return;
    }
    if (averager.boundsNorm()) {
      double[] blocks = new double[ParameterAverager.blocks(layout.length())];
      averager.blockSquaredNorms(parameters, sum.gradient(), weight, blocks);
      double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
      averager.step(parameters, sum.gradient(), weight, rate, norm);
    } else {
      averager.step(parameters, sum.gradient(), weight, rate);
    }
    running.update(sum.statistics(), Scores.rows(sum.scores()));
  }

  /** The weights themselves, which the next update changes. */
  private Weights weights() {
    return new Weights(parameters, running.values());
  }

  @Override
  public double @Nullable [] evaluate(Split split) {
    PackedDataset data = splits.of(split);
    Weights evaluated = used == null ? weights() : used;
    ShardSum sum = data == null ? null : jobs.sum(evaluated, split.label(), data, null);
    return sum == null ? null : sum.scores();
  }

  @Override
  public void keep() {
    kept = weights().copy();
  }

  @Override
  public void useKept() {
    used = kept();
  }

  private Weights kept() {
    if (kept == null) {
      throw new IllegalStateException("no weights are kept");
    }
    return kept;
  }

  @Override
  public void save(Path directory, String weights, @Nullable String keptPrefix) {
    Stopwatch watch = new Stopwatch();
    String broken = firstNotFinite();
    if (broken != null) {
      throw new NonFiniteException(averager.steps(), "parameter " + broken);
    }
    List<Span> moments = new ArrayList<>();
    for (int i = 0; i < averager.moments(); i++) {
      moments.add(Span.of(averager.moment(i)));
    }
    var content = new SliceContent(Span.of(parameters), moments, Span.of(running.values()));
    List<SliceFile> keptFiles = new ArrayList<>();
    try {
      FileSystem files = RunFiles.fileSystem(directory, hadoop);
      SliceFile slice =
          Slices.write(files, new Path(directory, SliceFile.name(weights, 0, 1)), content);
      if (keptPrefix != null) {
        var span = SliceContent.weights(Span.of(kept().parameters()), Span.of(kept().state()));
        keptFiles.add(
            Slices.write(files, new Path(directory, SliceFile.name(keptPrefix, 0, 1)), span));
      }
      saved = new SavedFiles(List.of(slice), keptFiles, watch.millis());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable String firstNotFinite() {
    for (Layout.Entry entry : layout.entries()) {
      for (int i = entry.offset(); i < entry.end(); i++) {
        if (!Float.isFinite(parameters[i])) {
          return entry.name();
        }
      }
    }
    return null;
  }

  @Override
  public @Nullable SavedFiles saved(boolean wait) {
    SavedFiles files = saved;
    saved = null;
    return files;
  }

  @Override
  public void close() {
    jobs.close();
  }
}
