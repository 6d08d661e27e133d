package org.invar.worker;

import org.invar.optim.Clipping;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.worker.Slicing.Chunk;

/** A step's sums become new parameters by the averager, and a new running state. */
final class StepReduction implements Reduction {
  private final ParameterAverager averager;
  private final RunningState running;
  private final FlatPair weights;
  private final int parameters;
  private final float[] statistics;
  private final double[] blocks;

  /** The slice's sum, where updates wait for the norm of the whole. */
  private final float[] gradient;

  private double rate;
  private double[] scores = NONE;
  private double norm;

  /**
   * Makes the reduction of a worker.
   *
   * @param averager of the worker's slice
   * @param running the whole state, of which the worker updates its slice
   * @param weights what compute threads read, whose parameters are updated in place
   * @param parameters P
   */
  StepReduction(
      ParameterAverager averager,
      RunningState running,
      FlatPair weights,
      Clipping clipping,
      int parameters) {
    this.averager = averager;
    this.running = running;
    this.weights = weights;
    this.parameters = parameters;
    this.statistics = new float[running.values().length];
    boolean waits = clipping.boundsNorm();
    this.blocks = waits ? new double[ParameterAverager.blocks(parameters)] : NONE;
    this.gradient = new float[waits ? averager.to() - averager.from() : 0];
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
    return Scores.weight(sum) > 0; // Without weight there is no mean gradient to follow.
  }

  @Override
  public double[] blocks() {
    return blocks;
  }

  @Override
  public void keep(Chunk part, TreeSum.Scratch scratch) {
    float[] sums = scratch.result();
    if (isParameters(part)) {
      int at = part.at() - averager.from();
      float[] values = scratch.parameters();
      weights.read(part.at(), values, 0, part.length());
      blocks[part.at() / ParameterAverager.BLOCK] =
          averager.blockSquaredNorm(at, values, sums, Scores.weight(scores));
      System.arraycopy(sums, 0, gradient, at, part.length());
    } else {
      System.arraycopy(sums, 0, statistics, part.at() - parameters, part.length());
    }
  }

  @Override
  public void whole() {
    norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
  }

  @Override
  public void updateKept(Chunk part, TreeSum.Scratch scratch) {
    if (isParameters(part)) {
      int at = part.at() - averager.from();
      System.arraycopy(gradient, at, scratch.result(), 0, part.length());
    } else {
      System.arraycopy(statistics, part.at() - parameters, scratch.result(), 0, part.length());
    }
    update(part, scratch);
  }

  @Override
  public void update(Chunk part, TreeSum.Scratch scratch) {
    float[] sums = scratch.result();
    if (isParameters(part)) {
      float[] values = scratch.parameters();
      weights.read(part.at(), values, 0, part.length());
      int at = part.at() - averager.from();
      averager.update(at, values, sums, Scores.weight(scores), rate, norm);
      weights.write(part.at(), values, 0, part.length());
    } else {
      int at = part.at() - parameters;
      System.arraycopy(sums, 0, statistics, at, part.length());
      running.update(statistics, at, at + part.length(), Scores.rows(scores));
      weights.write(part.at(), running.values(), at, part.length());
    }
  }

  @Override
  public void read(Chunk chunk, float[] to) {
    weights.read(chunk.at(), to, 0, chunk.length());
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    weights.write(chunk.at(), values, 0, chunk.length());
  }

  private boolean isParameters(Chunk chunk) {
    return chunk.at() < parameters;
  }
}
