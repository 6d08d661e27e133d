package org.invar.gang;

import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.invar.collective.Collective;
import org.invar.collective.ControlClient;
import org.invar.collective.Membership;
import org.invar.collective.Mesh;
import org.invar.collective.MessageLink;
import org.invar.compute.FlatPair;
import org.invar.compute.Piece;
import org.invar.compute.Scores;
import org.invar.compute.Slicing;
import org.invar.compute.TreeSum;
import org.invar.gang.SliceRound.Contribution;
import org.invar.optim.Adam;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Initializer;
import org.invar.tensor.Layout;
import org.invar.tensor.Shape;
import org.invar.tensor.SumTree.Node;

/**
 * The workers of a gang that compute nothing: they meet as those of a training do, exchange made-up
 * gradients step after step, update by Adam, and tell how long that took. One thread a worker does
 * it all, as in the rounds of a gang; a worker alone would spread it over its cores.
 *
 * @param run the gang's name
 * @param workers N
 * @param meeting how the workers find each other, in other processes than the driver's
 * @param series what to measure, one after the other
 */
public record ExchangeProbe(String run, int workers, GangPlan.Meeting meeting, List<Series> series)
    implements Serializable {
  private static final double RATE = 1e-3;

  /**
   * Steps of one size.
   *
   * @param floats P
   * @param pieces the sums that every worker brings along; one where N divides the shards
   * @param pace how many steps
   */
  public record Series(int floats, int pieces, Pace pace) implements Serializable {
    /** Refuses what cannot be measured. */
    public Series {
      if (floats < 1 || pieces < 1) {
        throw new IllegalArgumentException(
            "floats=" + floats + " and pieces=" + pieces + " must be positive");
      }
    }
  }

  /**
   * How long to measure: until a time is over, within bounds on the number of steps. Half of each
   * goes before, to warm up.
   *
   * @param seconds that steps take together
   * @param fewest steps
   * @param most steps
   */
  public record Pace(double seconds, int fewest, int most) implements Serializable {
    /** Whether that many steps in that time are enough. */
    public boolean isOver(int steps, double seconds) {
      return steps >= most || (steps >= fewest && seconds >= this.seconds);
    }

    /** Returns the steps that go before. */
    public Pace warmUp() {
      return times(0.5);
    }

    /** Returns so many times as many steps. */
    public Pace times(double factor) {
      return new Pace(
          seconds * factor, (int) Math.ceil(fewest * factor), (int) Math.ceil(most * factor));
    }
  }

  /**
   * One step of one worker.
   *
   * @param timings of the worker's clock
   * @param processorMillis that its thread had a processor, also for the system's work on its
   *     connections; other processes of the machine hardly change it
   */
  public record Step(StepTimings timings, double processorMillis) implements Serializable {}

  /** Takes copies. */
  public ExchangeProbe {
    series = List.copyOf(series);
  }

  /**
   * Runs one worker.
   *
   * @param host where its peers reach it
   * @return the steps of every series; all workers take as many
   */
  public List<List<Step>> run(int rank, String host) throws IOException, InterruptedException {
    List<List<Step>> all = new ArrayList<>();
    var tags = new AtomicInteger();
    try (Collective peers = meet(rank, host)) {
      for (Series one : series) {
        try (var steps = new Steps(peers, one, tags::incrementAndGet)) {
          steps.take(one.pace().warmUp());
          all.add(steps.take(one.pace()));
        }
      }
    }
    return all;
  }

  private Collective meet(int rank, String host) throws IOException, InterruptedException {
    if (workers == 1) {
      return Collective.alone();
    }
    var self = new Membership(run, 0, rank, workers);
    var driver =
        new InetSocketAddress(Objects.requireNonNull(meeting.driverHost()), meeting.driverPort());
    try (MessageLink link =
            ControlClient.connect(
                self, meeting.key(), meeting.encrypted(), driver, meeting.timeout());
        Mesh mesh =
            Mesh.bind(
                self,
                meeting.key(),
                meeting.encrypted(),
                host,
                meeting.workerPort(),
                meeting.portRetries())) {
      link.send(new Report.Ready(mesh.address()).encode());
      if (Command.decode(link.receive()) instanceof Command.Connect connect) {
        return mesh.connect(connect.addresses(), meeting.timeout(), meeting.stall());
      }
      throw new IllegalStateException("expected the command to connect");
    }
  }

  /** The vectors of one series. */
  private static final class Steps implements AutoCloseable {
    /** What {@link Scores} has before a metric's own, and then the seconds of the steps so far. */
    private static final int SECONDS = 3;

    private final Collective collective;
    private final int leaves;
    private final Slicing slicing;
    private final FlatPair weights;
    private final List<FlatPair> gradients = new ArrayList<>();
    private final List<Contribution> contributions = new ArrayList<>();
    private final double[] scores = {0, 1, 1, 0};
    private final StepReduction reduction;
    private final SliceRound rounds;
    private final TreeSum.Scratch scratch = new TreeSum.Scratch();
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    Steps(Collective collective, Series series, IntSupplier tags) {
      this.collective = collective;
      this.leaves = collective.size() * series.pieces();
      this.slicing = new Slicing(series.floats(), 0, collective.size());
      Layout layout = layout(series.floats());
      Layout state = Layout.of(List.of());
      this.weights = new FlatPair(layout, state);
      float[] values = new float[series.floats()];
      for (int rank = 0; rank < collective.size(); rank++) {
        contributions.add(contribution(rank, series.pieces(), layout, state, values));
      }
      int rank = collective.rank();
      this.reduction =
          new StepReduction(
              ParameterAverager.of(
                  layout, UpdateRule.of(Adam.of()), slicing.from(rank), slicing.to(rank)),
              RunningState.of(state, new float[0]),
              weights,
              series.floats());
      this.rounds = new SliceRound(collective, slicing, Wire.FLOAT32, scores.length, tags);
    }

    private static Layout layout(int floats) {
      return Layout.of(
          List.of(Layout.Spec.decayed("vector", Shape.of(floats), new Initializer.Zeros())));
    }

    private Contribution contribution(
        int rank, int pieces, Layout layout, Layout state, float[] values) {
      List<Node> nodes = new ArrayList<>();
      for (int leaf = rank * pieces; leaf < (rank + 1) * pieces; leaf++) {
        nodes.add(new Node(leaf, leaf + 1));
      }
      if (rank != collective.rank()) {
        return Contribution.of(nodes);
      }
      List<double[]> ofPieces = new ArrayList<>();
      for (Node node : nodes) {
        for (int i = 0; i < values.length; i++) {
          values[i] = ((i + node.from()) % 17 - 8) * 1e-3f;
        }
        var gradient = new FlatPair(layout, state);
        gradient.write(0, values, 0, values.length);
        gradients.add(gradient);
        ofPieces.add(gradients.size() == 1 ? scores : new double[scores.length]);
      }
      return new Contribution(nodes, List.copyOf(gradients), ofPieces);
    }

    /** Takes steps; their end follows from the sum of all workers' clocks, so all see the same. */
    List<Step> take(Pace pace) throws IOException, InterruptedException {
      List<Step> steps = new ArrayList<>();
      scores[SECONDS] = 0;
      double mean = 0;
      while (!pace.isOver(steps.size(), mean)) {
        long sent = collective.bytesSent();
        long processor = threads.getCurrentThreadCpuTime();
        SliceRound.Clock clock = step();
        processor = threads.getCurrentThreadCpuTime() - processor;
        steps.add(
            new Step(clock.timings(clock.begun, collective.bytesSent() - sent), processor * 1e-6));
        mean = reduction.scores()[SECONDS] / collective.size();
        scores[SECONDS] += (clock.end - clock.begun) * 1e-9;
      }
      return steps;
    }

    private SliceRound.Clock step() throws IOException, InterruptedException {
      if (collective.size() > 1) {
        return rounds.run("a step of the probe", leaves, contributions, reduction.at(RATE));
      }
      Map<Node, Piece> pieces = new HashMap<>();
      List<Node> nodes = contributions.get(0).nodes();
      for (int i = 0; i < nodes.size(); i++) {
        pieces.put(nodes.get(i), gradients.get(i));
      }
      return SoloRound.run(
          TreeSum.of(new Node(0, leaves), pieces),
          scores.clone(),
          slicing.chunks(),
          reduction.at(RATE),
          (chunks, work) -> chunks.forEach(chunk -> work.accept(chunk, scratch)));
    }

    /** Frees what is outside the heap. */
    @Override
    public void close() {
      weights.close();
      gradients.forEach(FlatPair::close);
    }
  }
}
