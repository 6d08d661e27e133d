package org.invar.worker;

import org.invar.storage.SliceContent;
import org.invar.storage.Span;
import org.invar.worker.Slicing.Chunk;

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

  private Span span(Chunk chunk) {
    return chunk.at() < parameters ? kept.parameters() : kept.state();
  }

  @Override
  public boolean begin(double[] scores) {
    return true;
  }

  @Override
  public float[] sums(Chunk chunk) {
    return span(chunk).values();
  }

  @Override
  public int offset(Chunk chunk) {
    int at = chunk.at() < parameters ? chunk.at() : chunk.at() - parameters;
    return at - span(chunk).from();
  }

  @Override
  public void update(Chunk chunk) {}

  @Override
  public void read(Chunk chunk, float[] to) {
    System.arraycopy(sums(chunk), offset(chunk), to, 0, chunk.length());
  }

  @Override
  public void store(Chunk chunk, float[] values) {
    weights.write(chunk.at(), values, 0, chunk.length());
  }
}
