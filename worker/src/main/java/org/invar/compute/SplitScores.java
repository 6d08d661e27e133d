package org.invar.compute;

import java.util.List;
import org.invar.tensor.SumTree;

/**
 * The scores of a worker's part of a split.
 *
 * @param nodes of the canonical tree
 * @param scores of each
 */
public record SplitScores(List<SumTree.Node> nodes, List<double[]> scores) {
  /** Takes unmodifiable copies. */
  public SplitScores {
    nodes = List.copyOf(nodes);
    scores = List.copyOf(scores);
  }
}
