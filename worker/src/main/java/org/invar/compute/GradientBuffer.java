package org.invar.compute;

import org.invar.nn.Network;
import org.invar.tensor.Parameters;

/**
 * Vectors that a shard's gradient and batch statistics are added into, with their views.
 *
 * <p>Used by one thread at a time.
 */
final class GradientBuffer implements AutoCloseable {
  private final FlatPair vectors;
  private final Parameters views;

  GradientBuffer(Network network) {
    this.vectors = new FlatPair(network);
    this.views = vectors.views();
  }

  FlatPair vectors() {
    return vectors;
  }

  Parameters views() {
    return views;
  }

  /** Frees the vectors. */
  @Override
  public void close() {
    vectors.close();
  }
}
