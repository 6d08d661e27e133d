package org.invar.loss;

import java.util.Arrays;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The raw outputs of a batch, and which of them count: where rows are sequences with lengths and
 * outputs are (time, units), those of each row's own steps; the steps behind them are padding.
 *
 * @param shape of one row's output
 * @param rows the number of rows
 * @param values rows × shape, row-major
 * @param lengths how many steps of each row's output are its own, in 1 … time; null when all count,
 *     and for outputs that are no sequences
 */
@SuppressWarnings("ArrayRecordComponent")
public record Outputs(Shape shape, int rows, double[] values, int @Nullable [] lengths) {
  /**
   * Refuses values and lengths that cannot be those of the rows.
   *
   * @throws IllegalArgumentException naming expected and found
   */
  public Outputs {
    if (rows < 0 || values.length != (long) rows * shape.size()) {
      throw new IllegalArgumentException(
          "an output of %d values cannot be that of rows=%d of shape %s"
              .formatted(values.length, rows, shape));
    }
    if (lengths != null) {
      requireSequences(shape);
      requireLength("lengths", lengths.length, rows);
      for (int row = 0; row < rows; row++) {
        if (lengths[row] < 1 || lengths[row] > shape.get(0)) {
          throw new IllegalArgumentException(
              "expected 1 to %d steps of output, found length %d in row %d of the batch"
                  .formatted(shape.get(0), lengths[row], row));
        }
      }
    }
  }

  /** Makes the outputs of whole rows. */
  public Outputs(Shape shape, int rows, double[] values) {
    this(shape, rows, values, null);
  }

  /** Returns the outputs of the first rows alone. */
  public Outputs first(int count) {
    return count == rows
        ? this
        : new Outputs(
            shape,
            count,
            Arrays.copyOf(values, count * shape.size()),
            lengths == null ? null : Arrays.copyOf(lengths, count));
  }

  /** Returns the index of a row's first value. */
  public int from(int row) {
    return row * shape.size();
  }

  /** Returns the index behind a row's last value that counts. */
  public int to(int row) {
    return shape.rank() == 2 ? from(row) + ownSteps(row) * shape.get(1) : from(row + 1);
  }

  /** Returns the steps of a row's output with their padding; 1 where outputs are no sequences. */
  public int steps() {
    return shape.rank() == 2 ? shape.get(0) : 1;
  }

  /** Returns how many of a row's steps count. */
  public int ownSteps(int row) {
    return lengths == null ? steps() : lengths[row];
  }

  private static void requireSequences(Shape shape) {
    if (shape.rank() != 2) {
      throw new IllegalArgumentException(
          "expected outputs (time, units) for lengths, found shape " + shape);
    }
  }

  /**
   * Returns the class that a target is, of as many as the last axis has.
   *
   * @param targets one a step, row by row
   * @param step counted from the batch's first
   * @throws IllegalArgumentException when it is no class
   */
  public int classId(float[] targets, int step) {
    float target = targets[step];
    int id = (int) target;
    if (id != target || id < 0 || id >= shape.get(-1)) {
      throw new IllegalArgumentException(
          "target %s of row %d%s is not a class id in [0, %d)"
              .formatted(
                  target,
                  step / steps(),
                  shape.rank() == 2 ? ", step " + step % steps() + "," : "",
                  shape.get(-1)));
    }
    return id;
  }

  /**
   * Refuses an array that does not fit the outputs.
   *
   * @throws IllegalArgumentException naming expected and found
   */
  public static void requireLength(String name, int found, long expected) {
    if (found != expected) {
      throw new IllegalArgumentException(name + " has " + found + " values, expected " + expected);
    }
  }
}
