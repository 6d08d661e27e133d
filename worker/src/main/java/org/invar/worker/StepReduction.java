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
  private final float[] gradient;
  private final float[] statistics;
  private final double[] blocks;

  private double rate;
  private double[] scores = NONE;
  private double norm;

  /**
   * Makes the reduction of a worker.
   *
   * @param averager of the worker's slice
   * @param running the whole state, of which the worker updates its slice
   * @param weights what compute threads read, which takes all new values
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
    this.gradient = new float[averager.to() - averager.from()];
    this.statistics = new float[running.values().length];
    this.blocks = clipping.boundsNorm() ? new double[ParameterAverager.blocks(parameters)] : NONE;
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
  public float[] sums(Chunk chunk) {
    return isParameters(chunk) ? gradient : statistics;
  }

  @Override
  public int offset(Chunk chunk) {
    return isParameters(chunk) ? chunk.at() - averager.from() : chunk.at() - parameters;
  }

  @Override
  public void reduced(Chunk chunk) {
    if (blocks.length > 0 && isParameters(chunk)) {
      int from = offset(chunk);
      averager.blockSquaredNorms(
          gradient, from, from + chunk.length(), Scores.weight(scores), blocks);
    }
  }

  @Override
  public double[] blocks() {
    return blocks;
  }

  @Override
  public void whole() {
    norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
  }

  @Override
  public void update(Chunk chunk) {
    int from = offset(chunk);
    int to = from + chunk.length();
    if (isParameters(chunk)) {
      averager.update(gradient, from, to, Scores.weight(scores), rate, norm);
    } else {
      running.update(statistics, from, to, Scores.rows(scores));
    }
  }

  @Override
  public void read(Chunk chunk, float[] to) {
    System.arraycopy(
        isParameters(chunk) ? averager.parameters() : running.values(),
        offset(chunk),
        to,
        0,
        chunk.length());
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    weights.write(chunk.at(), values, 0, chunk.length());
  }

  private boolean isParameters(Chunk chunk) {
    return chunk.at() < parameters;
  }
}
