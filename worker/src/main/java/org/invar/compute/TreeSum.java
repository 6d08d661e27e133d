package org.invar.compute;

import java.util.Map;
import org.invar.optim.ParameterAverager;
import org.invar.tensor.SumTree;
import org.jspecify.annotations.Nullable;

/**
 * The canonical sum over pieces, made a chunk of the vectors at a time while the chunk is in the
 * cache.
 *
 * <p>Immutable: several threads may sum different chunks, each with a scratch of its own.
 */
public final class TreeSum {
  /** The most elements of a chunk. */
  public static final int CHUNK = 16384;

  /** The tree over the pieces that there are. */
  private sealed interface Term {}

  private record Leaf(Piece piece) implements Term {}

  private record Add(Term left, Term right) implements Term {}

  /** A thread's arrays for a chunk, used again; those for intermediate sums grow as needed. */
  public static final class Scratch {
    private final float[] result = new float[CHUNK];
    private final float[] parameters = new float[ParameterAverager.BLOCK];
    private float[][] levels = {};

    /** Returns an array for a result, which summing does not use. */
    public float[] result() {
      return result;
    }

    /** Returns an array for a block's parameters. */
    public float[] parameters() {
      return parameters;
    }

    float[] level(int level) {
      if (level >= levels.length) {
        float[][] more = new float[level + 1][];
        System.arraycopy(levels, 0, more, 0, levels.length);
        for (int i = levels.length; i <= level; i++) {
          more[i] = new float[CHUNK];
        }
        levels = more;
      }
      return levels[level];
    }
  }

  private final @Nullable Term root;

  private TreeSum(@Nullable Term root) {
    this.root = root;
  }

  /** Returns the sum of a node from the pieces that lie in it. */
  public static TreeSum of(SumTree.Node node, Map<SumTree.Node, ? extends Piece> pieces) {
    return new TreeSum(
        SumTree.finish(
            node,
            part -> {
              Piece piece = pieces.get(part);
              return piece == null ? null : new Leaf(piece);
            },
            Add::new));
  }

  /** Whether there is no piece at all. */
  boolean isEmpty() {
    return root == null;
  }

  /**
   * Writes the sum of a range; without any piece it writes nothing.
   *
   * @param at the first position
   * @param to where the sums go, from its beginning
   * @param length at most {@link #CHUNK}
   */
  public void sum(int at, float[] to, int length, Scratch scratch) {
    if (root != null) {
      sum(root, at, to, length, scratch, 0);
    }
  }

  private static void sum(Term term, int at, float[] to, int length, Scratch scratch, int level) {
    if (term instanceof Leaf leaf) {
      leaf.piece().read(at, to, length);
    } else if (term instanceof Add add) {
      sum(add.left(), at, to, length, scratch, level);
      float[] right = scratch.level(level);
      sum(add.right(), at, right, length, scratch, level + 1);
      add(to, right, length);
    }
  }

  /** With one index for both arrays, HotSpot makes vector instructions of it. */
  private static void add(float[] left, float[] right, int length) {
    for (int i = 0; i < length; i++) {
      left[i] += right[i];
    }
  }
}
