package org.invar.gang;

import java.util.Objects;
import org.invar.compute.FlatPair;
import org.invar.compute.Scores;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.TreeSum;
import org.invar.optim.BlockUpdate;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.jspecify.annotations.Nullable;

/**
 * A step's sums become new parameters by the averager, and a new running state.
 *
 * <p>Of the state, whose channels need more than one sum each, slices' owners pass on the sums,
 * which stand in the state's place until all are there; then every worker updates all of it.
 */
final class StepReduction implements Reduction {
  private final ParameterAverager averager;
  private final RunningState running;
  private final FlatPair weights;
  private final int parameters;
  private final double[] blocks;

  /** The sums of the slice's parameters and of all state, where updates wait for the norm. */
  private final float[] kept;

  private final float[] statistics;

  private double rate;
  private double[] scores = NONE;
  private @Nullable BlockUpdate rule;

  /**
   * Makes the reduction of a worker.
   *
   * @param averager of the worker's slice
   * @param running the whole state
   * @param weights what compute threads read, whose parameters are updated in place
   * @param parameters P
   */
  StepReduction(
      ParameterAverager averager, RunningState running, FlatPair weights, int parameters) {
    this.averager = averager;
    this.running = running;
    this.weights = weights;
    this.parameters = parameters;
    boolean waits = averager.boundsNorm();
    this.blocks = waits ? new double[ParameterAverager.blocks(parameters)] : NONE;
    this.kept = new float[waits ? slice() + running.values().length : 0];
    this.statistics = new float[running.values().length];
  }

  /** Returns this reduction for a step of that learning rate. */
  StepReduction at(double learningRate) {
    rate = learningRate;
    scores = NONE;
    return this;
  }

  /** Returns the sum of all pieces' scores, once it is there. */
  double[] scores() {
    return scores;
  }

  @Override
  public boolean begin(double[] sum) {
    scores = sum;
    if (!Scores.finite(sum)) {
      return false; // The step is not taken: the run ends here.
    }
    averager.advance();
    if (!(Scores.weight(sum) > 0)) {
      return false; // There is no mean gradient to follow.
    }
    if (blocks.length == 0) {
      rule = averager.byBlock(Scores.weight(sum), rate, 0);
    }
    return true;
  }

  @Override
  public double[] blocks() {
    return blocks;
  }

  @Override
  public void keep(Chunk part, TreeSum.Scratch scratch) {
    float[] sums = scratch.result();
    if (isParameters(part)) {
      float[] values = scratch.parameters();
      weights.read(part.at(), values, part.length());
      blocks[part.at() / ParameterAverager.BLOCK] =
          averager.blockSquaredNorm(
              part.at() - averager.from(), values, sums, Scores.weight(scores));
    }
    System.arraycopy(sums, 0, kept, place(part), part.length());
  }

  /** Returns where a part's sums are kept. */
  private int place(Chunk part) {
    return isParameters(part) ? part.at() - averager.from() : slice() + part.at() - parameters;
  }

  private int slice() {
    return averager.to() - averager.from();
  }

  @Override
  public void whole() {
    rule =
        averager.byBlock(
            Scores.weight(scores), rate, Math.sqrt(ParameterAverager.sumBlocks(blocks)));
  }

  @Override
  public void updateKept(Chunk part, TreeSum.Scratch scratch) {
    System.arraycopy(kept, place(part), scratch.result(), 0, part.length());
    update(part, scratch);
  }

  @Override
  public void update(Chunk part, TreeSum.Scratch scratch) {
    float[] sums = scratch.result();
    if (isParameters(part)) {
      float[] values = scratch.parameters();
      weights.read(part.at(), values, part.length());
      Objects.requireNonNull(rule).apply(part.at() - averager.from(), values, sums);
      weights.write(part.at(), values, 0, part.length());
    } else {
      weights.write(part.at(), sums, 0, part.length());
    }
  }

  @Override
  public void done() {
    if (statistics.length > 0) {
      weights.read(parameters, statistics, statistics.length);
      running.update(statistics, Scores.rows(scores));
      weights.write(parameters, running.values(), 0, statistics.length);
    }
  }

  @Override
  public void read(Chunk chunk, float[] to) {
    weights.read(chunk.at(), to, chunk.length());
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    weights.write(chunk.at(), values, 0, chunk.length());
  }

  private boolean isParameters(Chunk chunk) {
    return chunk.at() < parameters;
  }
}
