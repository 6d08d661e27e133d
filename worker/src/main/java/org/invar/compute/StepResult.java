package org.invar.compute;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one task found of a step or an evaluation.
 *
 * @param sums the sums of the maximal subtrees of its range that have rows
 * @param nonFinite what stopped being finite, or null
 */
public record StepResult(List<Subtree> sums, @Nullable NonFinite nonFinite)
    implements Serializable {
  /**
   * The sum of one node of the canonical tree.
   *
   * @param from its first shard
   * @param to the shard behind its last
   * @param sum over its shards
   */
  public record Subtree(int from, int to, ShardSum sum) implements Serializable {}

  /**
   * The first place of a shard's pass where a value was NaN or infinite.
   *
   * @param shard counted from 0
   * @param what a parameter, a layer or the loss
   */
  public record NonFinite(int shard, String what) implements Serializable {}
}
