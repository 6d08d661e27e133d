package org.invar.gang;

import java.util.List;
import org.invar.compute.FlatPair;
import org.invar.compute.Piece;
import org.invar.compute.Slicing;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.TreeSum;
import org.invar.optim.ParameterAverager;
import org.invar.optim.RunningState;
import org.invar.tensor.Layout;

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
  private final List<Layout.Entry> frozen;
  private double[] scores = NONE;

  /**
   * Makes the reduction of a worker.
   *
   * @param averager of all parameters
   * @param frozen the parameters that are everywhere as they were
   */
  AverageReduction(
      ParameterAverager averager,
      RunningState running,
      FlatPair weights,
      Slicing slicing,
      List<Layout.Entry> frozen) {
    this.averager = averager;
    this.running = running;
    this.weights = weights;
    this.slicing = slicing;
    this.parameters = averager.to();
    this.frozen = frozen;
  }

  /** Returns how the vectors of an averager of all parameters are cut. */
  static Slicing slicing(ParameterAverager averager, RunningState running, int workers) {
    int vectors = 1 + averager.moments();
    return new Slicing(
        Math.multiplyExact(vectors, averager.to()), running.values().length, workers);
  }

  /** Returns this worker's vectors. */
  Piece piece() {
    return (at, to, length) -> copy(at, to, length, true);
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
  public void update(Chunk part, TreeSum.Scratch scratch) {
    float[] sums = scratch.result();
    for (int i = 0; i < part.length(); i++) {
      sums[i] = (float) (sums[i] / (double) slicing.workers());
    }
    keepFrozen(part, sums);
    store(part, sums);
  }

  /** A mean of equal values is not always the value: their sum is rounded. */
  private void keepFrozen(Chunk part, float[] means) {
    for (Layout.Entry entry : frozen) {
      int from = Math.max(entry.offset(), part.at());
      int count = Math.min(entry.end(), part.at() + part.length()) - from;
      if (count > 0) {
        weights.read(from, means, from - part.at(), count);
      }
    }
  }

  @Override
  public void read(Chunk chunk, float[] to) {
    copy(chunk.at(), to, chunk.length(), true);
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    copy(chunk.at(), values, chunk.length(), false);
  }

  /** Copies a range, which may go over the end of a vector, out of the vectors or into them. */
  private void copy(int at, float[] array, int length, boolean out) {
    int done = 0;
    while (done < length) {
      int place = at + done;
      boolean state = place >= slicing.parameters();
      int start = state ? place - slicing.parameters() : place % parameters;
      int end = state ? running.values().length : parameters;
      int count = Math.min(length - done, end - start);
      if (state) {
        copyState(start, array, done, count, out);
      } else if (place < parameters) {
        copyWeights(start, array, done, count, out);
      } else if (out) {
        averager.readMoment(place / parameters - 1, start, array, done, count);
      } else {
        averager.writeMoment(place / parameters - 1, start, array, done, count);
      }
      done += count;
    }
  }

  private void copyState(int at, float[] array, int offset, int count, boolean out) {
    if (!out) {
      System.arraycopy(array, offset, running.values(), at, count);
    }
    copyWeights(parameters + at, array, offset, count, out);
  }

  private void copyWeights(int at, float[] array, int offset, int count, boolean out) {
    if (out) {
      weights.read(at, array, offset, count);
    } else {
      weights.write(at, array, offset, count);
    }
  }
}
