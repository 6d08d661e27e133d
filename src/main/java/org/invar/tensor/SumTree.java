package org.invar.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The one order in which anything is summed over shards 0..V−1: a binary tree in which a range [a,
 * b) splits at a plus the largest power of two below b − a.
 *
 * <p>Floating-point addition is not associative, so this order, and not the cluster's, decides the
 * last bit. A worker that holds any contiguous range adds up that range's maximal subtrees; whoever
 * holds the pieces finishes the same tree.
 */
public final class SumTree {
  /**
   * A range of shards, [from, to), that is one node of the tree.
   *
   * @param from the first shard
   * @param to the shard behind the last
   */
  public record Node(int from, int to) {
    /** Returns where the node's two halves meet; only for nodes of two shards or more. */
    public int split() {
      return from + Integer.highestOneBit(to - from - 1);
    }
  }

  private SumTree() {}

  /**
   * Returns the largest nodes of the tree over [0, shards) that lie inside [from, to), from left to
   * right.
   *
   * @param shards V, at least 1
   * @param from the first shard of the range
   * @param to the shard behind its last
   */
  public static List<Node> subtrees(int shards, int from, int to) {
    List<Node> nodes = new ArrayList<>();
    collect(new Node(0, shards), from, to, nodes);
    return nodes;
  }

  private static void collect(Node node, int from, int to, List<Node> nodes) {
    if (node.to() <= from || to <= node.from()) {
      return;
    }
    if (from <= node.from() && node.to() <= to) {
      nodes.add(node);
      return;
    }
    collect(new Node(node.from(), node.split()), from, to, nodes);
    collect(new Node(node.split(), node.to()), from, to, nodes);
  }

  /**
   * Adds the shards of a node depth-first, or returns null when none of them has a value.
   *
   * @param node the node to sum
   * @param leaf the value of a shard, or null for one without rows, which is skipped and not added
   *     as zeros
   * @param add returns the sum of left and right; it may add in place into the left one
   */
  public static <T> @Nullable T sum(
      Node node, IntFunction<? extends @Nullable T> leaf, BinaryOperator<T> add) {
    return finish(node, part -> part.to() - part.from() == 1 ? leaf.apply(part.from()) : null, add);
  }

  /**
   * Finishes a sum of which some nodes are known already, or returns null when none of them is.
   *
   * @param node the node to sum
   * @param known the sum of a node, or null for one that is not known as a whole
   * @param add returns the sum of left and right; it may add in place into the left one
   */
  public static <T> @Nullable T finish(
      Node node, Function<Node, ? extends @Nullable T> known, BinaryOperator<T> add) {
    T whole = known.apply(node);
    if (whole != null || node.to() - node.from() == 1) {
      return whole;
    }
    T left = finish(new Node(node.from(), node.split()), known, add);
    T right = finish(new Node(node.split(), node.to()), known, add);
    if (left == null) {
      return right;
    }
    return right == null ? left : add.apply(left, right);
  }
}
