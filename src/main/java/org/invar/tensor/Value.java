package org.invar.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What travels between two layers: a batch's array, and what its second axis is, with the lengths
 * of its rows.
 *
 * @param array [rows, shape], float32, or float64 in gradient checks; in the memory of its pass
 * @param time whether rows are sequences, [rows, time, features], and of which kind
 * @param lengths how many steps of each row are its own, in 1 … time; null where time is not {@link
 *     Time#RAGGED}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Value(INDArray array, Time time, int @Nullable [] lengths) {
  /**
   * Refuses lengths that cannot be those of the rows.
   *
   * @throws IllegalArgumentException naming expected and found
   */
  // In full, since javac 17 loses the annotation of a compact constructor's parameter.
  public Value(INDArray array, Time time, int @Nullable [] lengths) {
    if ((time == Time.RAGGED) != (lengths != null)) {
      throw new IllegalArgumentException(
          "expected lengths for ragged sequences alone, found "
              + (lengths == null ? "none" : lengths.length)
              + " for time="
              + time);
    }
    if (lengths != null) {
      check(lengths, array.size(0), array.size(1));
    }
    this.array = array;
    this.time = time;
    this.lengths = lengths;
  }

  private static void check(int[] lengths, long rows, long time) {
    if (lengths.length != rows) {
      throw new IllegalArgumentException(
          "lengths has " + lengths.length + " values, expected " + rows);
    }
    for (int row = 0; row < rows; row++) {
      if (lengths[row] < 1 || lengths[row] > time) {
        throw new IllegalArgumentException(
            "expected a sequence of 1 to %d steps, found length %d in row %d of the batch"
                .formatted(time, lengths[row], row));
      }
    }
  }

  /** Returns a batch of tensors that are no sequences. */
  public static Value of(INDArray array) {
    return new Value(array, Time.NONE, null);
  }

  /** Returns whether rows are sequences. */
  public boolean sequence() {
    return time != Time.NONE;
  }

  /**
   * Returns what a layer has made of this: of sequences others, whose lengths stay while the number
   * of steps does. {@link Type#withShape} says the same of types.
   */
  public Value with(INDArray made) {
    Time after = time.made(!sequence() || made.size(1) == array.size(1));
    return new Value(made, after, after == Time.RAGGED ? lengths : null);
  }

  /** Returns the type of these rows. */
  public Type type() {
    int[] axes = Arrays.stream(array.shape()).mapToInt(Math::toIntExact).toArray();
    return new Type(Shape.of(Arrays.copyOfRange(axes, 1, axes.length)), time);
  }
}
