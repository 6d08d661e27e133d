package org.invar.compute;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.invar.data.Batch;
import org.invar.kernel.Kernels;
import org.invar.kernel.PassMemory;
import org.invar.kernel.onednn.Fastest;
import org.invar.nn.Network;
import org.invar.nn.Tape;
import org.invar.rows.ShardRows;
import org.invar.tensor.Layout;
import org.invar.tensor.Parameters;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;

/**
 * One compute thread's network: arithmetic for one shard at a time.
 *
 * <p>A shard's sum is computed by one thread with single-threaded kernels, so it has the same bits
 * whoever computes it. The arrays of a pass live in a workspace that is used again by the next
 * pass. Not safe for use by several threads at once.
 */
final class ShardComputer implements AutoCloseable {
  private final RunPlan plan;
  private final Network network;
  private final Scores scores;
  private final Scores stepScores;
  private final Kernels kernels;
  private final FlatPair weights;
  private final Parameters parameters;
  private final AtomicLong passes = new AtomicLong();

  /**
   * Makes a computer.
   *
   * @param weights parameters and running state to compute with; several threads may share them as
   *     long as nobody writes
   */
  ShardComputer(RunPlan plan, FlatPair weights) {
    this.plan = plan;
    this.network = plan.network();
    this.scores = plan.scores();
    this.stepScores = plan.stepScores();
    this.weights = weights;
    this.parameters = weights.views();
    this.kernels = Fastest.kernels(); // Last, as nobody would close them after a failure.
  }

  /** Returns how many passes over rows are complete; from any thread. */
  long passes() {
    return passes.get();
  }

  /** Returns the parameters and the running state. */
  FlatPair weights() {
    return weights;
  }

  /**
   * Computes the sum over the rows {@code order[from..to)}, at least one, of a shard.
   *
   * @param into takes gradient and batch statistics
   * @return the scores, as {@link RunPlan#stepScores} has them
   */
  double[] gradient(
      ShardRows rows,
      int shard,
      int[] order,
      int from,
      int to,
      long epoch,
      long step,
      GradientBuffer into) {
    into.vectors().clear();
    double[] sums = stepScores.zero();
    try (MemoryWorkspace pass = PassMemory.open()) {
      Batch batch = rows.batch(order, from, to, plan.normalization(), network.input(), kernels);
      Batch weighted = batch.weightedBy(plan.classFactors());
      Tape tape = Tape.training(kernels, plan.seed(), epoch, step, shard);
      Network.Outcome minimized = network.lossAndGradient(weighted, parameters, into.views(), tape);
      Network.Outcome outcome =
          plan.classFactors().length == 0 ? minimized : network.lossOf(batch, minimized.outputs());
      stepScores.add(sums, batch, weighted.weight(), outcome);
    }
    passes.incrementAndGet();
    return sums;
  }

  /** Returns the scores of all rows of a shard, in prediction mode, in stored order. */
  double[] scores(ShardRows rows) {
    double[] sums = scores.zero();
    int most = network.predictionRows();
    for (int from = 0; from < rows.rows(); from += most) {
      checkInterrupt();
      int to = Math.min(rows.rows(), from + most);
      try (MemoryWorkspace pass = PassMemory.open()) {
        Batch batch = rows.batch(null, from, to, plan.normalization(), network.input(), kernels);
        double weight = batch.weightedBy(plan.classFactors()).weight();
        scores.add(sums, batch, weight, network.score(batch, parameters, kernels));
      }
      passes.incrementAndGet();
    }
    return sums;
  }

  /**
   * Returns what first stops being finite in a shard's part of a batch, or null when nothing does:
   * features, a parameter, a layer's output, or the loss.
   */
  @Nullable String firstNonFinite(
      ShardRows rows, int shard, int[] order, int from, int to, long epoch, long step) {
    float[] values = weights.read().parameters();
    for (Layout.Entry entry : network.layout().entries()) {
      if (!finite(values, entry.offset(), entry.end())) {
        return "parameter " + entry.name();
      }
    }
    String[] first = new String[1];
    Batch batch = rows.batch(order, from, to, plan.normalization(), network.input(), kernels);
    Tape tape = Tape.training(kernels, plan.seed(), epoch, step, shard);
    double loss =
        network
            .loss(
                batch,
                parameters,
                tape.observedBy(
                    (name, output) -> {
                      float[] outputs = output.dup('c').data().asFloat();
                      if (first[0] == null && !finite(outputs, 0, outputs.length)) {
                        first[0] = "layer " + name;
                      }
                    }))
            .lossSum();
    return first[0] != null ? first[0] : Double.isFinite(loss) ? null : "the loss";
  }

  private static boolean finite(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Ends the calling thread's work where it was interrupted.
   *
   * @throws CancellationException then
   */
  static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("interrupted while it computed");
    }
  }

  /** Frees what it holds outside the heap, what the calling thread's passes have used among it. */
  @Override
  public void close() {
    kernels.close();
    PassMemory.release();
  }
}
