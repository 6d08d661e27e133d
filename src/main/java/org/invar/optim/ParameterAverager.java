package org.invar.optim;

import java.util.Arrays;
import java.util.List;
import org.invar.param.Layout;
import org.invar.param.SumTree;

/**
 * The central averager's part for one slice of the flat vector: its parameters, its moments, and
 * the update that turns a batch's gradient sum into new parameters.
 *
 * <p>An update is g = (sum + l2 · W) / m on decayed entries and sum / m on others, then clipping by
 * value, then clipping by the norm of the whole vector, then the optimizer. Without a bound on the
 * norm a slice needs nothing from the others: {@link #step(float[], double, double)}. With one, the
 * owners of the slices exchange sums first:
 *
 * <pre>{@code
 * double[] blocks = new double[ParameterAverager.blocks(layout.length())];
 * averager.blockSquaredNorms(gradientSum, m, blocks);     // every owner fills in its blocks
 * double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
 * averager.step(gradientSum, m, learningRate, norm);
 * }</pre>
 *
 * <p>A slice may also be updated in parts, by several threads: {@link #advance} once a step, then
 * {@link #update} for every part.
 *
 * <p>Squares are summed in float64 over blocks of {@value #BLOCK} elements of the flat vector, and
 * the blocks in {@link SumTree}'s order. Slices begin and end at blocks, so the result has the same
 * bits however the vector is cut.
 *
 * <p>Not safe for use by several threads; slices are independent, so each may have its own thread.
 */
public final class ParameterAverager {
  /** The elements of a block of the flat vector over which squares are summed. */
  public static final int BLOCK = 4096;

  // Gradient, parameters and moments of a chunk stay in the cache between averaging and update.
  private static final int CHUNK = 4 * BLOCK;

  private final Optimizer optimizer;
  private final double l2;
  private final Clipping clipping;
  private final int from;
  private final List<Run> runs;
  private final float[] parameters;
  private final float[][] moments;
  private long steps;

  private ParameterAverager(
      Optimizer optimizer,
      double l2,
      Clipping clipping,
      int from,
      List<Run> runs,
      float[] parameters) {
    this.optimizer = optimizer;
    this.l2 = l2;
    this.clipping = clipping;
    this.from = from;
    this.runs = runs;
    this.parameters = parameters;
    this.moments = new float[optimizer.moments()][parameters.length];
  }

  /**
   * Returns the averager of one slice before the first step: moments 0.
   *
   * @param layout the entries of the flat vector
   * @param optimizer the update rule
   * @param l2 λ of the cost (1/m)(λ/2) ΣW² over decayed entries; 0 for none
   * @param clipping bounds on the gradient
   * @param flatParameters the whole flat vector, of which the slice is copied
   * @param from the slice's first element, a multiple of {@link #BLOCK}
   * @param to the element behind its last, a multiple of {@link #BLOCK} or the layout's length; an
   *     empty slice is one of a worker that has nothing to update
   */
  public static ParameterAverager of(
      Layout layout,
      Optimizer optimizer,
      double l2,
      Clipping clipping,
      float[] flatParameters,
      int from,
      int to) {
    Require.notNegative("l2", l2);
    int length = layout.length();
    Require.length("flatParameters", flatParameters.length, length);
    if (from < 0 || from > to || to > length || cutsBlock(from, length) || cutsBlock(to, length)) {
      throw new IllegalArgumentException(
          "slice [%d, %d) of %d elements does not begin and end at multiples of %d"
              .formatted(from, to, length, BLOCK));
    }
    float[] slice = Arrays.copyOfRange(flatParameters, from, to);
    return new ParameterAverager(optimizer, l2, clipping, from, Run.of(layout, from, to), slice);
  }

  private static boolean cutsBlock(int offset, int length) {
    return offset % BLOCK != 0 && offset != length;
  }

  /** Returns the number of blocks of a flat vector of that length. */
  public static int blocks(int length) {
    return length / BLOCK + (length % BLOCK == 0 ? 0 : 1);
  }

  /**
   * Returns the sum over all blocks of the flat vector, in the canonical order; 0 without blocks.
   */
  public static double sumBlocks(double[] allBlocks) {
    return allBlocks.length == 0 ? 0 : Squares.sum(allBlocks, 0, allBlocks.length);
  }

  /**
   * Takes one step without a bound on the norm.
   *
   * @param gradientSum the sum of the examples' weighted gradients over the slice; overwritten
   * @param weight m, the batch's example weight (its rows where no weights are given); positive
   * @param learningRate α, finite and not negative
   * @throws IllegalStateException when the clipping bounds the norm
   */
  public void step(float[] gradientSum, double weight, double learningRate) {
    if (clipping.boundsNorm()) {
      throw new IllegalStateException(
          "clipping to norm=" + clipping.norm() + " needs the norm of the whole gradient");
    }
    step(gradientSum, weight, learningRate, 0);
  }

  /**
   * Takes one step.
   *
   * @param gradientSum the sum of the examples' weighted gradients over the slice; overwritten
   * @param weight m, the batch's example weight (its rows where no weights are given); positive
   * @param learningRate α, finite and not negative
   * @param norm the length of the whole mean gradient, over all slices; without a bound on the norm
   *     it is not looked at
   */
  public void step(float[] gradientSum, double weight, double learningRate, double norm) {
    check(gradientSum, weight, learningRate);
    advance();
    update(gradientSum, 0, parameters.length, weight, learningRate, norm);
  }

  /** Counts a step: one that {@link #update} takes, or one that changes nothing. */
  public void advance() {
    steps++;
  }

  /**
   * Updates a part of the slice as {@link #step(float[], double, double, double)} would, in the
   * step that {@link #advance} counted; parts that do not overlap may be updated by several
   * threads.
   *
   * @param gradientSum as long as the slice; only the part is read, and overwritten
   * @param start the part's first element, counted from the slice's
   * @param end the element behind its last
   */
  public void update(
      float[] gradientSum, int start, int end, double weight, double learningRate, double norm) {
    check(gradientSum, weight, learningRate);
    float factor = (float) clipping.factor(norm);
    MeanGradient mean = MeanGradient.of(l2, clipping, weight);
    for (Run run : runs) {
      int last = Math.min(run.to(), end);
      int next;
      for (int at = Math.max(run.from(), start); at < last; at = next) {
        next = at + Math.min(CHUNK, last - at);
        mean.replace(gradientSum, parameters, at, next, run.decayed(), factor);
        optimizer.step(
            parameters, gradientSum, moments, at, next, steps, learningRate, run.decayed());
      }
    }
  }

  private void check(float[] gradientSum, double weight, double learningRate) {
    Require.length("gradientSum", gradientSum.length, parameters.length);
    Require.positive("weight", weight);
    Require.notNegative("learningRate", learningRate);
  }

  /**
   * Writes Σ g² of every block of the slice, g being the mean gradient clipped by value.
   *
   * @param gradientSum as {@link #step} takes it; not changed
   * @param weight m, as {@link #step} takes it
   * @param allBlocks one element for every block of the flat vector; only the slice's are written
   */
  public void blockSquaredNorms(float[] gradientSum, double weight, double[] allBlocks) {
    blockSquaredNorms(gradientSum, 0, parameters.length, weight, allBlocks);
  }

  /**
   * Writes Σ g² of the blocks of a part of the slice; parts that do not overlap may be treated by
   * several threads.
   *
   * @param gradientSum as long as the slice; not changed
   * @param from the part's first element, counted from the slice's; a multiple of {@link #BLOCK}
   * @param to the element behind its last, a multiple of {@link #BLOCK} or the slice's length
   */
  public void blockSquaredNorms(
      float[] gradientSum, int from, int to, double weight, double[] allBlocks) {
    Require.length("gradientSum", gradientSum.length, parameters.length);
    Require.positive("weight", weight);
    MeanGradient mean = MeanGradient.of(l2, clipping, weight);
    for (Run run : runs) {
      int last = Math.min(run.to(), to);
      int end;
      for (int start = Math.max(run.from(), from); start < last; start = end) {
        end = endOfBlock(start, last);
        double sum = mean.sumOfSquares(gradientSum, parameters, start, end, run.decayed());
        add(sum, start, allBlocks);
      }
    }
  }

  /**
   * Writes Σ W² of every block of the slice, over decayed entries only: what {@link #l2Cost} needs.
   *
   * @param allBlocks one element for every block of the flat vector; only the slice's are written
   */
  public void blockSquaredWeights(double[] allBlocks) {
    for (Run run : runs) {
      int end;
      for (int start = run.from(); start < run.to(); start = end) {
        end = endOfBlock(start, run.to());
        add(run.decayed() ? Squares.sum(parameters, start, end) : 0, start, allBlocks);
      }
    }
  }

  private static int endOfBlock(int start, int end) {
    return start + Math.min(BLOCK - start % BLOCK, end - start);
  }

  /** Adds a run's part of a block; the part at the block's beginning replaces what was there. */
  private void add(double sum, int start, double[] allBlocks) {
    int block = (from + start) / BLOCK;
    allBlocks[block] = start % BLOCK == 0 ? sum : allBlocks[block] + sum;
  }

  /**
   * Returns the cost of L2 regularization, (1/m)(λ/2) ΣW².
   *
   * @param squaredWeights ΣW² over the decayed entries of the whole vector
   * @param weight m, the batch's example weight
   */
  public double l2Cost(double squaredWeights, double weight) {
    return l2 / (2 * weight) * squaredWeights;
  }

  /** Returns where the slice starts in the flat vector, in elements. */
  public int from() {
    return from;
  }

  /** Returns the first offset behind the slice, in elements. */
  public int to() {
    return from + parameters.length;
  }

  /** Returns the slice's parameters: the averager's own array, changed by every step. */
  public float[] parameters() {
    return parameters;
  }

  /** Returns how many moments the optimizer keeps. */
  public int moments() {
    return moments.length;
  }

  /** Returns a moment of the slice: the averager's own array, changed by every step. */
  public float[] moment(int index) {
    return moments[index];
  }

  /** Returns the steps taken: t of the last one, 0 before the first. */
  public long steps() {
    return steps;
  }

  /**
   * Goes to a state that was saved.
   *
   * @param parameters the slice's parameters, copied
   * @param moments the slice's moments, copied
   * @param steps the steps taken
   */
  public void restore(float[] parameters, float[][] moments, long steps) {
    Require.atLeast("steps", steps, 0);
    Require.length("moments", moments.length, this.moments.length);
    Require.length("parameters", parameters.length, this.parameters.length);
    for (float[] moment : moments) {
      Require.length("a moment", moment.length, this.parameters.length);
    }
    System.arraycopy(parameters, 0, this.parameters, 0, parameters.length);
    for (int i = 0; i < moments.length; i++) {
      System.arraycopy(moments[i], 0, this.moments[i], 0, parameters.length);
    }
    this.steps = steps;
  }
}
