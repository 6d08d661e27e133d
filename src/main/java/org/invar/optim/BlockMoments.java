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
    parts(
        at,
        count,
        (block, start, done, values) ->
            System.arraycopy(blocks.get(block)[moment], start, to, offset + done, values));
  }

  /** Copies a range of a moment in; arguments are {@link ParameterAverager#readMoment}'s. */
  void write(int moment, int at, float[] from, int offset, int count) {
    parts(
        at,
        count,
        (block, start, done, values) ->
            System.arraycopy(from, offset + done, blocks.get(block)[moment], start, values));
  }

  /** What a range has in one block: from where there, behind how many of the range, how many. */
  private interface Part {
    void copy(int block, int start, int done, int values);
  }

  private static void parts(int at, int count, Part part) {
    int done = 0;
    while (done < count) {
      int start = (at + done) % BLOCK;
      int values = Math.min(count - done, BLOCK - start);
      part.copy((at + done) / BLOCK, start, done, values);
      done += values;
    }
  }
}
