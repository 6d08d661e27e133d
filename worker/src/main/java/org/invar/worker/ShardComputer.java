package org.invar.worker;

import org.bytedeco.javacpp.FloatPointer;
import org.invar.data.Batch;
import org.invar.kernel.PortableKernels;
import org.invar.nn.Network;
import org.invar.nn.Tape;
import org.invar.param.Layout;
import org.invar.param.Parameters;
import org.invar.param.Weights;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One compute thread's copy of the network: parameters, gradient and arithmetic for one shard at a
 * time.
 *
 * <p>A shard's sum is computed by one thread with single-threaded kernels, so it has the same bits
 * whoever computes it. The arrays of a pass live in a workspace that is used again by the next
 * pass. Not safe for use by several threads at once.
 */
final class ShardComputer {
  private static final WorkspaceConfiguration WORKSPACE =
      WorkspaceConfiguration.builder()
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .overallocationLimit(0.1)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .policySpill(SpillPolicy.REALLOCATE)
          .build();

  private final RunPlan plan;
  private final Network network;
  private final Scores scores;
  private final Scores stepScores;
  private final PortableKernels kernels = new PortableKernels();
  private final int length;
  private final int stateLength;
  private final INDArray flat;
  private final INDArray state;
  private final INDArray gradient;
  private final INDArray statistics;
  private final Parameters parameters;
  private final Parameters gradients;

  ShardComputer(RunPlan plan) {
    this.plan = plan;
    this.network = plan.network();
    this.scores = plan.scores();
    this.stepScores = plan.stepScores();
    Layout layout = network.layout();
    Layout stateLayout = network.stateLayout();
    this.length = layout.length();
    this.stateLength = stateLayout.length();
    this.flat = zeros(length);
    this.state = zeros(stateLength);
    this.gradient = zeros(length);
    this.statistics = zeros(stateLength);
    this.parameters = Parameters.of(flat, layout, state, stateLayout);
    this.gradients = Parameters.of(gradient, layout, statistics, stateLayout);
  }

  /** Takes the parameters and the running state for what follows. */
  void load(Weights weights) {
    write(flat, weights.parameters());
    write(state, weights.state());
  }

  /** Returns the sum over the rows {@code order[from..to)}, at least one, of a shard. */
  ShardSum gradient(
      ShardRows rows, int shard, int[] order, int from, int to, long epoch, long step) {
    gradient.assign(0);
    statistics.assign(0);
    double[] sums = stepScores.zero();
    try (MemoryWorkspace pass = workspace()) {
      Batch batch = rows.batch(order, from, to, plan.normalization(), network.input());
      Tape tape = Tape.training(kernels, plan.seed(), epoch, step, shard);
      Network.Outcome outcome = network.lossAndGradient(batch, parameters, gradients, tape);
      add(stepScores, sums, batch, outcome);
    }
    return new ShardSum(read(gradient, length), read(statistics, stateLength), sums);
  }

  /** Returns the scores of all rows of a shard, in prediction mode, in stored order. */
  double[] scores(ShardRows rows) {
    double[] sums = scores.zero();
    int most = network.predictionRows();
    for (int from = 0; from < rows.rows(); from += most) {
      int to = Math.min(rows.rows(), from + most);
      try (MemoryWorkspace pass = workspace()) {
        Batch batch = rows.batch(null, from, to, plan.normalization(), network.input());
        add(scores, sums, batch, network.loss(batch, parameters, Tape.inference(kernels)));
      }
    }
    return sums;
  }

  /**
   * Returns what first stops being finite in a shard's part of a batch, or null when nothing does:
   * features, a parameter, a layer's output, or the loss.
   */
  @Nullable String firstNonFinite(
      ShardRows rows, int shard, int[] order, int from, int to, long epoch, long step) {
    for (Layout.Entry entry : network.layout().entries()) {
      if (!finite(read(flat, length), entry.offset(), entry.end())) {
        return "parameter " + entry.name();
      }
    }
    String[] first = new String[1];
    Batch batch = rows.batch(order, from, to, plan.normalization(), network.input());
    Tape tape = Tape.training(kernels, plan.seed(), epoch, step, shard);
    double loss =
        network
            .loss(
                batch,
                parameters,
                tape.observedBy(
                    (name, output) -> {
                      float[] values = output.dup('c').data().asFloat();
                      if (first[0] == null && !finite(values, 0, values.length)) {
                        first[0] = "layer " + name;
                      }
                    }))
            .lossSum();
    return first[0] != null ? first[0] : Double.isFinite(loss) ? null : "the loss";
  }

  private static void add(Scores kind, double[] sums, Batch batch, Network.Outcome outcome) {
    kind.add(
        sums, outcome.lossSum(), batch.weight(), batch.rows(), outcome.output(), batch.targets());
  }

  private static boolean finite(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }

  static MemoryWorkspace workspace() {
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "invar-shard");
  }

  /** ND4J has no empty views: a vector of length 0 gets one unused element. */
  private static INDArray zeros(int length) {
    return Nd4j.zeros(DataType.FLOAT, Math.max(1, length));
  }

  private static void write(INDArray to, float[] values) {
    new FloatPointer(to.data().pointer()).put(values);
  }

  private static float[] read(INDArray from, int length) {
    float[] values = new float[length];
    new FloatPointer(from.data().pointer()).get(values);
    return values;
  }
}
