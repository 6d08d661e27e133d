package org.invar.worker;

import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.worker.Slicing.Chunk;

/**
 * Parameter averaging: the workers' parameters, moments and state become their means (local SGD,
 * Stich, "Local SGD Converges Fast and Communicates Little", ICLR 2019).
 *
 * <p>Its vectors are the parameters and then every moment, and behind them the state.
 */
final class AverageReduction implements Reduction {
  private final ParameterAverager averager;
  private final RunningState running;
  private final FlatPair weights;
  private final Slicing slicing;
  private final int parameters;
  private final float[] sums = new float[TreeSum.CHUNK];
  private double[] scores = NONE;

  AverageReduction(
      ParameterAverager averager, RunningState running, FlatPair weights, Slicing slicing) {
    this.averager = averager;
    this.running = running;
    this.weights = weights;
    this.slicing = slicing;
    this.parameters = averager.parameters().length;
  }

  /** Returns how the vectors of an averager of all parameters are cut. */
  static Slicing slicing(ParameterAverager averager, RunningState running, int workers) {
    int vectors = 1 + averager.moments();
    return new Slicing(
        Math.multiplyExact(vectors, averager.parameters().length),
        running.values().length,
        workers);
  }

  /** Returns this worker's vectors. */
  Piece piece() {
    return (at, to, offset, length) -> copy(at, to, offset, length, true);
  }

  /** Returns the sum of all workers' scores, once it is there. */
  double[] scores() {
    return scores;
  }

  @Override
  public boolean begin(double[] sum) {
    scores = sum;
    return true;
  }

  @Override
  public float[] sums(Chunk chunk) {
    return sums;
  }

  @Override
  public int offset(Chunk chunk) {
    return 0;
  }

  @Override
  public void update(Chunk chunk) {
    for (int i = 0; i < chunk.length(); i++) {
      sums[i] = (float) (sums[i] / (double) slicing.workers());
    }
    // The next chunk takes the place of these sums before everybody has been given the means.
    copy(chunk.at(), sums, 0, chunk.length(), false);
  }

  @Override
  public void read(Chunk chunk, float[] to) {
    copy(chunk.at(), to, 0, chunk.length(), true);
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    copy(chunk.at(), values, 0, chunk.length(), false);
    if (chunk.at() >= slicing.parameters()) {
      weights.write(parameters + chunk.at() - slicing.parameters(), values, 0, chunk.length());
    } else if (chunk.at() < parameters) {
      weights.write(chunk.at(), values, 0, Math.min(chunk.length(), parameters - chunk.at()));
    }
  }

  /** Copies a range, which may go over the end of a vector, out of the vectors or into them. */
  private void copy(int at, float[] array, int offset, int length, boolean out) {
    int done = 0;
    while (done < length) {
      int place = at + done;
      boolean state = place >= slicing.parameters();
      int start = state ? place - slicing.parameters() : place % parameters;
      float[] vector =
          state
              ? running.values()
              : place < parameters
                  ? averager.parameters()
                  : averager.moment(place / parameters - 1);
      int count = Math.min(length - done, vector.length - start);
      if (out) {
        System.arraycopy(vector, start, array, offset + done, count);
      } else {
        System.arraycopy(array, offset + done, vector, start, count);
      }
      done += count;
    }
  }
}
