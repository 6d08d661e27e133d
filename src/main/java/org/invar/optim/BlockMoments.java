package org.invar.optim;

import java.util.ArrayList;
import java.util.List;

/**
 * An optimizer's moments over a slice, kept in blocks of {@value ParameterAverager#BLOCK} elements:
 * within a block all moments have the index that its parameters and its gradient have.
 */
final class BlockMoments {
  private static final int BLOCK = ParameterAverager.BLOCK;

  private final List<float[][]> blocks = new ArrayList<>();
  private final int length;

  /**
   * Makes moments that are 0.
   *
   * @param count how many vectors
   * @param length their elements
   */
  BlockMoments(int count, int length) {
    this.length = length;
    for (int at = 0; at < length; at += BLOCK) {
      blocks.add(new float[count][Math.min(BLOCK, length - at)]);
    }
  }

  /** Returns all moments of a block, for updates. */
  float[][] block(int index) {
    return blocks.get(index);
  }

  /** Returns a copy of a whole moment. */
  float[] get(int moment) {
    float[] copy = new float[length];
    read(moment, 0, copy, 0, length);
    return copy;
  }

  /** Copies a range of a moment out; arguments are {@link ParameterAverager#readMoment}'s. */
  void read(int moment, int at, float[] to, int offset, int count) {
    int done = 0;
    while (done < count) {
      float[] from = blocks.get((at + done) / BLOCK)[moment];
      int start = (at + done) % BLOCK;
      int most = Math.min(count - done, from.length - start);
      System.arraycopy(from, start, to, offset + done, most);
      done += most;
    }
  }

  /** Copies a range of a moment in; arguments are {@link ParameterAverager#readMoment}'s. */
  void write(int moment, int at, float[] from, int offset, int count) {
    int done = 0;
    while (done < count) {
      float[] to = blocks.get((at + done) / BLOCK)[moment];
      int start = (at + done) % BLOCK;
      int most = Math.min(count - done, to.length - start);
      System.arraycopy(from, offset + done, to, start, most);
      done += most;
    }
  }
}
