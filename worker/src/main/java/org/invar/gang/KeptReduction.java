package org.invar.gang;

import org.invar.compute.FlatPair;
import org.invar.compute.Slicing.Chunk;
import org.invar.compute.TreeSum;
import org.invar.storage.SliceContent;
import org.invar.storage.Span;

/** Nothing to sum: every worker's slice of the kept weights goes to all. */
final class KeptReduction implements Reduction {
  private final SliceContent kept;
  private final FlatPair weights;
  private final int parameters;

  /**
   * Makes the reduction.
   *
   * @param kept the worker's slice
   * @param weights what takes everybody's
   * @param parameters P
   */
  KeptReduction(SliceContent kept, FlatPair weights, int parameters) {
    this.kept = kept;
    this.weights = weights;
    this.parameters = parameters;
  }

  @Override
  public boolean begin(double[] scores) {
    return true;
  }

  @Override
  public void update(Chunk part, TreeSum.Scratch scratch) {
    boolean parameter = part.at() < parameters;
    Span span = parameter ? kept.parameters() : kept.state();
    int offset = part.at() - (parameter ? 0 : parameters) - span.from();
    weights.write(part.at(), span.values(), offset, part.length());
  }

  @Override
  public void read(Chunk chunk, float[] to) {
    weights.read(chunk.at(), to, chunk.length());
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    weights.write(chunk.at(), values, 0, chunk.length());
  }
}
