package org.invar.gang;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.invar.collective.Collective;
import org.invar.compute.FlatPair;
import org.invar.compute.Piece;
import org.invar.compute.Slicing;
import org.invar.gang.SliceRound.Contribution;
import org.invar.loss.MeanSquaredError;
import org.invar.nn.Network;
import org.invar.optim.Adam;
import org.invar.optim.Clipping;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.optim.UpdateRule;
import org.invar.tensor.Shape;
import org.invar.tensor.SumTree;
import org.invar.tensor.Weights;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a step between workers allocates does not grow with the model. */
@Timeout(60)
class RoundAllocationTest {
  private static final int WARM_UP = 30;
  private static final int ROUNDS = 20;

  /** A few small objects a frame; a worker's copy of its slice alone would be 1,300,000 a round. */
  private static final long MOST_BYTES_A_ROUND = 100_000;

  @ParameterizedTest
  @CsvSource({"2, Infinity", "2, 0.5", "3, Infinity"})
  void aLargerModelAllocatesNoMore(int workers, double norm) throws Exception {
    long small = allocated(workers, norm, 100_000);
    long large = allocated(workers, norm, 1_000_000);
    assertTrue(
        large - small < MOST_BYTES_A_ROUND,
        "bytes a round: " + small + " with 10^5 parameters, " + large + " with 10^6");
  }

  /** The bytes a round of the worker that allocates most. */
  private static long allocated(int workers, double norm, int parameters) throws Exception {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var bytes = new AtomicLongArray(workers);
    Workers.run(
        workers,
        collective -> {
          try (var step = new Step(collective, norm, parameters)) {
            step.take(WARM_UP);
            long before = threads.getCurrentThreadAllocatedBytes();
            step.take(ROUNDS);
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            bytes.set(collective.rank(), taken / ROUNDS);
          }
        });
    long most = 0;
    for (int rank = 0; rank < workers; rank++) {
      most = Math.max(most, bytes.get(rank));
    }
    assertTrue(most > 0, "nothing was measured");
    return most;
  }

  /** One worker, whose contribution is the same in every step. */
  private static final class Step implements AutoCloseable {
    private static final double[] SCORES = {0.5, 1, 1, 0, 0};

    private final int workers;
    private final SliceRound rounds;
    private final FlatPair weights;
    private final StepReduction reduction;
    private final List<Contribution> contributions = new ArrayList<>();

    Step(Collective collective, double norm, int parameters) {
      this.workers = collective.size();
      int rank = collective.rank();
      var network =
          new Network(
              Shape.of(1), List.of(new SliceRun.Vectors(parameters, 0)), new MeanSquaredError());
      var start = new Weights(new float[parameters], new float[0]);
      var slicing = new Slicing(parameters, 0, workers);
      var rule = UpdateRule.of(Adam.of(), 0, new Clipping(norm, Double.POSITIVE_INFINITY));
      var averager =
          ParameterAverager.of(network.layout(), rule, slicing.from(rank), slicing.to(rank));
      this.weights = new FlatPair(network);
      weights.write(start);
      RunningState running = RunningState.of(network.stateLayout(), start.state());
      this.reduction = new StepReduction(averager, running, weights, parameters);
      var tags = new AtomicInteger();
      this.rounds =
          new SliceRound(collective, slicing, Wire.FLOAT32, SCORES.length, tags::incrementAndGet);
      float[] gradient = new float[parameters];
      Piece piece = (at, to, length) -> System.arraycopy(gradient, at, to, 0, length);
      for (int worker = 0; worker < workers; worker++) {
        List<SumTree.Node> node = List.of(new SumTree.Node(worker, worker + 1));
        contributions.add(
            worker == rank
                ? new Contribution(node, List.of(piece), List.of(SCORES))
                : Contribution.of(node));
      }
    }

    void take(int steps) throws Exception {
      for (int step = 0; step < steps; step++) {
        rounds.run("a step", workers, contributions, reduction.at(0.01));
      }
    }

    @Override
    public void close() {
      weights.close();
    }
  }
}
