package org.invar.gang;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.invar.collective.Collective;
import org.invar.compute.ComputeThreads;
import org.invar.compute.Piece;
import org.invar.compute.RunPlan;
import org.invar.compute.Scores;
import org.invar.compute.ShardPass;
import org.invar.compute.ShardPass.Sum;
import org.invar.compute.Slicing;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.SplitScores;
import org.invar.compute.StepResult;
import org.invar.compute.TreeSum;
import org.invar.data.BatchPlan;
import org.invar.data.Shards;
import org.invar.gang.SliceRound.Contribution;
import org.invar.nn.Network;
import org.invar.rows.ShardRows;
import org.invar.tensor.SumTree.Node;
import org.jspecify.annotations.Nullable;

/**
 * One worker of a gang: takes steps together with its peers, as the driver commands.
 *
 * <p>Used by one thread, which is the first of the compute threads.
 */
final class GangWorker implements AutoCloseable {
  /** What the worker tells while it works. */
  interface Reporter {
    void report(Report report) throws IOException;
  }

  private final GangPlan plan;
  private final Collective collective;
  private final Reporter reporter;
  private final GangState state;
  private final ShardPass pass;
  private final Slicing slicing;
  private final List<Chunk> chunks;
  private final List<Shards.Range> ranges = new ArrayList<>();
  private final BatchPlan batches;
  private final SliceRound rounds;
  private final StepReduction reduction;
  private final @Nullable LocalSteps localSteps;
  private final Progress progress = new Progress();

  /**
   * Makes a worker in the state of the plan's start.
   *
   * @param splits the worker's shards of each split
   * @throws IOException when the checkpoint to start from cannot be read
   */
  GangWorker(
      GangPlan plan,
      Collective collective,
      Map<String, Map<Integer, ShardRows>> splits,
      ComputeThreads threads,
      Reporter reporter)
      throws IOException {
    this(
        plan,
        GangState.of(plan, slicing(plan), collective.rank()),
        collective,
        splits,
        threads,
        reporter);
  }

  /** Makes a worker in a state, whose weights are freed with it, and where it cannot be made. */
  GangWorker(
      GangPlan plan,
      GangState state,
      Collective collective,
      Map<String, Map<Integer, ShardRows>> splits,
      ComputeThreads threads,
      Reporter reporter) {
    this.plan = plan;
    this.collective = collective;
    this.reporter = reporter;
    this.state = state;
    try {
      RunPlan run = plan.run();
      this.slicing = slicing(plan);
      this.chunks = slicing.chunks();
      for (int worker = 0; worker < plan.workers(); worker++) {
        ranges.add(Shards.range(run.shards(), plan.workers(), worker));
      }
      this.batches = run.batches();
      this.reduction =
          new StepReduction(
              state.averager(), state.running(), state.weights(), slicing.parameters());
      int width = run.stepScores().zero().length;
      var tags = new AtomicInteger();
      this.rounds = new SliceRound(collective, slicing, plan.wire(), width, tags::incrementAndGet);
      this.localSteps =
          plan.averages()
              ? new LocalSteps(plan, collective, state, width, tags::incrementAndGet)
              : null;
      Shards.Range range = ranges.get(collective.rank());
      // Last, as nobody would close it after a failure.
      this.pass = new ShardPass(run, range, splits, threads, state.weights());
    } catch (Throwable e) { // Memory may have ended.
      state.weights().close();
      throw e;
    }
  }

  private static Slicing slicing(GangPlan plan) {
    Network network = plan.run().network();
    return new Slicing(network.layout().length(), network.stateLayout().length(), plan.workers());
  }

  /** Returns the state, for checkpoints. */
  GangState state() {
    return state;
  }

  /** Returns how many passes over rows of a shard are complete; from any thread. */
  long passes() {
    return pass.passes();
  }

  /** Takes steps until all are taken or the loss is not finite, which is reported. */
  void steps(Command.Steps command) throws IOException, InterruptedException {
    Report.NotFinite notFinite = take(command);
    progress.tell(); // What was taken comes before what is wrong.
    if (notFinite != null) {
      reporter.report(notFinite);
    }
  }

  private Report.@Nullable NotFinite take(Command.Steps command)
      throws IOException, InterruptedException {
    int[] from = batches.starts(command.batch());
    for (int i = 0; i < command.rates().length; i++) {
      long batch = command.batch() + i;
      int[] to = batches.starts(batch + 1);
      boolean last = batch + 1 == batches.steps();
      Report.NotFinite notFinite =
          step(command.epoch(), batch, last, command.step() + i, command.rates()[i], from, to);
      if (notFinite != null) {
        return notFinite;
      }
      from = to;
    }
    return null;
  }

  private Report.@Nullable NotFinite step(
      int epoch, long batch, boolean last, long step, double rate, int[] from, int[] to)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    long sent = collective.bytesSent();
    List<Sum> sums = pass.gradient(epoch, step, from, to);
    SliceRound.Clock clock;
    if (collective.size() == 1 || localSteps != null) {
      clock = alone(sums, reduction.at(rate));
    } else {
      List<Contribution> contributions = contributions(from, to);
      Contribution expected = contributions.get(collective.rank());
      sums = pass.combine(sums, expected.nodes(), chunks);
      contributions.set(
          collective.rank(),
          new Contribution(
              expected.nodes(),
              sums.stream().map(Sum::piece).toList(),
              sums.stream().map(Sum::scores).toList()));
      clock =
          rounds.run(
              "the gradient of step " + (step + 1),
              plan.run().shards(),
              contributions,
              reduction.at(rate));
    }
    pass.release(sums);
    if (!Scores.finite(reduction.scores())) {
      StepResult.NonFinite seen = pass.diagnosis(epoch, step, from, to);
      return new Report.NotFinite(step + 1, seen.shard(), seen.what());
    }
    int steps = 1;
    double[] scores = reduction.scores();
    if (localSteps != null) {
      localSteps.took(scores);
      if (!last && (batch + 1) % plan.averageEvery() != 0) {
        return null;
      }
      steps = localSteps.count();
      scores = localSteps.average(step + 1);
    }
    if (collective.rank() == 0) {
      long bytes = collective.bytesSent() - sent;
      progress.took(new Report.Stepped(steps, scores, clock.timings(start, bytes)));
    }
    return null;
  }

  private List<Contribution> contributions(int[] from, int[] to) {
    List<Contribution> contributions = new ArrayList<>();
    for (Shards.Range range : ranges) {
      contributions.add(Contribution.of(ShardPass.nodes(plan.run().shards(), range, from, to)));
    }
    return contributions;
  }

  /** Takes a step without peers. */
  private SliceRound.Clock alone(List<Sum> sums, Reduction step) throws InterruptedException {
    Node root = new Node(0, plan.run().shards());
    Map<Node, Piece> pieces = new HashMap<>();
    sums.forEach(sum -> pieces.put(sum.node(), sum.piece()));
    return SoloRound.run(
        TreeSum.of(root, pieces), pass.scores(root, sums), chunks, step, pass::overChunks);
  }

  /** Scores the worker's rows of a split, and reports. */
  void evaluate(String split) throws IOException, InterruptedException {
    SplitScores part = pass.evaluate(split);
    reporter.report(new Report.Evaluated(part.nodes(), part.scores()));
  }

  /** Gives everybody the kept weights to compute with. */
  void useKept() throws IOException, InterruptedException {
    Reduction kept = new KeptReduction(state.kept(), state.weights(), slicing.parameters());
    rounds.run(
        "the kept weights",
        plan.run().shards(),
        Collections.nCopies(plan.workers(), Contribution.of(List.of())),
        kept);
  }

  /** Frees what is outside the heap. */
  @Override
  public void close() throws InterruptedException {
    try {
      pass.close();
    } finally {
      state.weights().close();
    }
  }

  /**
   * Steps of which the driver has not heard yet: to hear of each would take a core from the compute
   * threads as often, which short steps would feel.
   */
  private final class Progress {
    private static final long TOLD_EVERY_NANOS = 25_000_000;

    private final List<Report.Stepped> untold = new ArrayList<>();
    private long told = System.nanoTime();

    void took(Report.Stepped step) throws IOException {
      untold.add(step);
      if (System.nanoTime() - told >= TOLD_EVERY_NANOS) {
        tell();
      }
    }

    void tell() throws IOException {
      if (!untold.isEmpty()) {
        reporter.report(new Report.Progress(untold));
        untold.clear();
        told = System.nanoTime();
      }
    }
  }
}
