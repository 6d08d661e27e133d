package org.invar.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.invar.tensor.Layout;
import org.invar.tensor.SumTree;

/**
 * The central averager's part for one slice of the flat vector: its moments, and the update that
 * turns a batch's gradient sum into new parameters. The parameters themselves are the caller's.
 *
 * <p>An update is g = (sum + l2 · W) / m on decayed entries and sum / m on others, then clipping by
 * value, then clipping by the norm of the whole vector, then the optimizer, at the learning rate
 * times what a parameter's group says. Of frozen entries nothing is looked at: values and moments
 * stay, and the norm is that of all others. Without a bound on the norm a slice needs nothing from
 * the others: {@link #step(float[], float[], double, double)}. With one, the owners of the slices
 * exchange sums first:
 *
 * <pre>{@code
 * double[] blocks = new double[ParameterAverager.blocks(layout.length())];
 * averager.blockSquaredNorms(parameters, gradientSum, m, blocks); // every owner fills in its blocks
 * double norm = Math.sqrt(ParameterAverager.sumBlocks(blocks));
 * averager.step(parameters, gradientSum, m, learningRate, norm);
 * }</pre>
 *
 * <p>A slice may also be updated block by block, by several threads: {@link #advance} once a step,
 * then {@link #byBlock}. Moments are kept block by block, so that such an update has one index for
 * all its arrays, which HotSpot makes vector instructions of, and nothing is copied but the block's
 * parameters, from and to wherever they are.
 *
 * <p>Squares are summed in float64 over blocks of {@value #BLOCK} elements of the flat vector, and
 * the blocks in {@link SumTree}'s order. Slices begin and end at blocks, so the result has the same
 * bits however the vector is cut.
 *
 * <p>Not safe for use by several threads but for blocks that differ; slices are independent, so
 * each may have its own thread.
 */
public final class ParameterAverager {
  /** The elements of a block of the flat vector, over which squares are summed. */
  public static final int BLOCK = 4096;

  private final UpdateRule rule;
  private final List<Double> rates;
  private final int from;
  private final int length;
  private final List<Block> blocks = new ArrayList<>();
  private final BlockMoments moments;
  private long steps;

  /**
   * A block of the slice.
   *
   * @param at its first element, counted from the slice's
   * @param runs counted from the block's first element
   */
  record Block(int at, int length, List<Run> runs) {}

  private ParameterAverager(Layout layout, UpdateRule rule, int from, int to) {
    this.rule = rule;
    this.rates = rule.rates();
    this.from = from;
    this.length = to - from;
    this.moments = new BlockMoments(rule.optimizer().moments(), length);
    List<Run> runs = Run.of(layout, rule);
    for (int at = 0; at < length; at += BLOCK) {
      int size = Math.min(BLOCK, length - at);
      blocks.add(new Block(at, size, Run.within(runs, from + at, from + at + size)));
    }
  }

  /**
   * Returns the averager of one slice before the first step: moments 0.
   *
   * @param layout the entries of the flat vector
   * @param rule how a gradient becomes an update
   * @param from the slice's first element, a multiple of {@link #BLOCK}
   * @param to the element behind its last, a multiple of {@link #BLOCK} or the layout's length; an
   *     empty slice is one of a worker that has nothing to update
   */
  public static ParameterAverager of(Layout layout, UpdateRule rule, int from, int to) {
    int length = layout.length();
    if (from < 0 || from > to || to > length || cutsBlock(from, length) || cutsBlock(to, length)) {
      throw new IllegalArgumentException(
          "slice [%d, %d) of %d elements does not begin and end at multiples of %d"
              .formatted(from, to, length, BLOCK));
    }
    return new ParameterAverager(layout, rule, from, to);
  }

  /** Returns the averager of the whole flat vector before the first step. */
  public static ParameterAverager of(Layout layout, UpdateRule rule) {
    return of(layout, rule, 0, layout.length());
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
   * @param parameters the slice's, updated
   * @param gradientSum the sum of the examples' weighted gradients over the slice
   * @param weight m, the batch's example weight (its rows where no weights are given); positive
   * @param learningRate α, finite and not negative
   * @throws IllegalStateException when the clipping bounds the norm
   */
  public void step(float[] parameters, float[] gradientSum, double weight, double learningRate) {
    if (boundsNorm()) {
      throw new IllegalStateException(
          "clipping to norm=" + rule.clipping().norm() + " needs the norm of the whole gradient");
    }
    step(parameters, gradientSum, weight, learningRate, 0);
  }

  /**
   * Takes one step.
   *
   * @param parameters the slice's, updated
   * @param gradientSum the sum of the examples' weighted gradients over the slice
   * @param weight m, the batch's example weight (its rows where no weights are given); positive
   * @param learningRate α, finite and not negative
   * @param norm the length of the whole mean gradient, over all slices; without a bound on the norm
   *     it is not looked at
   */
  public void step(
      float[] parameters, float[] gradientSum, double weight, double learningRate, double norm) {
    Require.length("parameters", parameters.length, length);
    Require.length("gradientSum", gradientSum.length, length);
    check(weight, learningRate);
    advance();
    BlockUpdate update = byBlock(weight, learningRate, norm);
    float[] w = new float[BLOCK];
    float[] g = new float[BLOCK];
    for (Block block : blocks) {
      System.arraycopy(parameters, block.at, w, 0, block.length);
      System.arraycopy(gradientSum, block.at, g, 0, block.length);
      update.apply(block.at, w, g);
      System.arraycopy(w, 0, parameters, block.at, block.length);
    }
  }

  /** Counts a step: one that {@link #byBlock} takes, or one that changes nothing. */
  public void advance() {
    steps++;
  }

  /**
   * Returns the update of the step that {@link #advance} counted, which does block by block what
   * {@link #step(float[], float[], double, double, double)} does at once; arguments are those.
   */
  public BlockUpdate byBlock(double weight, double learningRate, double norm) {
    check(weight, learningRate);
    return new BlockUpdate(
        this,
        MeanGradient.of(rule, weight),
        (float) rule.clipping().factor(norm),
        rates.stream().map(rate -> rule.optimizer().at(steps, learningRate * rate)).toList());
  }

  private static void check(double weight, double learningRate) {
    Require.positive("weight", weight);
    Require.notNegative("learningRate", learningRate);
  }

  /** Returns the block whose first element that is, counted from the slice's. */
  Block block(int at) {
    if (at % BLOCK != 0 || at < 0 || at >= length) {
      throw new IllegalArgumentException(
          "no block of a slice of %d elements begins at %d".formatted(length, at));
    }
    return blocks.get(at / BLOCK);
  }

  /**
   * Writes Σ g² of every block of the slice, g being the mean gradient clipped by value, frozen
   * entries left out.
   *
   * @param parameters the slice's
   * @param gradientSum as {@link #step} takes it
   * @param weight m, as {@link #step} takes it
   * @param allBlocks one element for every block of the flat vector; only the slice's are written
   */
  public void blockSquaredNorms(
      float[] parameters, float[] gradientSum, double weight, double[] allBlocks) {
    Require.length("parameters", parameters.length, length);
    Require.length("gradientSum", gradientSum.length, length);
    for (Block block : blocks) {
      int end = block.at + block.length;
      allBlocks[(from + block.at) / BLOCK] =
          blockSquaredNorm(
              block.at,
              Arrays.copyOfRange(parameters, block.at, end),
              Arrays.copyOfRange(gradientSum, block.at, end),
              weight);
    }
  }

  /**
   * Returns Σ g² of one block of the slice; several threads may each treat one.
   *
   * @param at the block's first element, counted from the slice's
   * @param parameters begins with the block's
   * @param gradientSum begins with the block's
   * @param weight m, as {@link #step} takes it
   */
  public double blockSquaredNorm(int at, float[] parameters, float[] gradientSum, double weight) {
    Require.positive("weight", weight);
    MeanGradient mean = MeanGradient.of(rule, weight);
    double sum = 0;
    for (Run run : block(at).runs) {
      sum += mean.sumOfSquares(gradientSum, parameters, run.from(), run.to(), run.decayed());
    }
    return sum;
  }

  /** Returns where the slice starts in the flat vector, in elements. */
  public int from() {
    return from;
  }

  /** Returns the first offset behind the slice, in elements. */
  public int to() {
    return from + length;
  }

  /** Returns whether a step needs the norm of the whole mean gradient. */
  public boolean boundsNorm() {
    return rule.clipping().boundsNorm();
  }

  /** Returns all moments of a block, for updates. */
  float[][] moments(Block block) {
    return moments.block(block.at / BLOCK);
  }

  /** Returns how many moments the optimizer keeps. */
  public int moments() {
    return rule.optimizer().moments();
  }

  /** Returns a copy of a moment of the slice. */
  public float[] moment(int index) {
    return moments.get(index);
  }

  /**
   * Copies a range of a moment out.
   *
   * @param at the first element, counted from the slice's
   * @param to where they go
   * @param offset of the first of them in {@code to}
   * @param count how many
   */
  public void readMoment(int index, int at, float[] to, int offset, int count) {
    moments.read(index, at, to, offset, count);
  }

  /** Copies a range of a moment in; arguments are those of {@link #readMoment}. */
  public void writeMoment(int index, int at, float[] from, int offset, int count) {
    moments.write(index, at, from, offset, count);
  }

  /** Returns the steps taken: t of the last one, 0 before the first. */
  public long steps() {
    return steps;
  }

  /**
   * Goes to a state that was saved.
   *
   * @param values the slice's moments, copied
   * @param steps the steps taken
   */
  public void restore(float[][] values, long steps) {
    Require.atLeast("steps", steps, 0);
    Require.length("moments", values.length, moments());
    for (float[] value : values) {
      Require.length("a moment", value.length, length);
    }
    for (int i = 0; i < values.length; i++) {
      moments.write(i, 0, values[i], 0, length);
    }
    this.steps = steps;
  }
}
