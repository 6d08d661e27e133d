package org.invar.optim;

import org.invar.tensor.SumTree;

/** Sums of squares in float64, in orders that never change. */
final class Squares {
  private Squares() {}

  static double of(float value) {
    return (double) value * value;
  }

  /** Four sums side by side, in a fixed order: one alone would wait for every addition. */
  static double sum(float[] values, int from, int to) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = from;
    for (; i < to - 3; i += 4) {
      sum0 += of(values[i]);
      sum1 += of(values[i + 1]);
      sum2 += of(values[i + 2]);
      sum3 += of(values[i + 3]);
    }
    for (; i < to; i++) {
      sum0 += of(values[i]);
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  /** Returns the sum over blocks [from, to) in {@link SumTree}'s order; its own would box them. */
  static double sum(double[] blocks, int from, int to) {
    if (to - from == 1) {
      return blocks[from];
    }
    int split = new SumTree.Node(from, to).split();
    return sum(blocks, from, split) + sum(blocks, split, to);
  }
}
