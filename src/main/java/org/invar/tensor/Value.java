package org.invar.tensor;

import java.util.Arrays;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What travels between two layers: a batch's array, and what its second axis is, with the lengths
 * of its rows.
 *
 * @param array [rows, shape], float32, or float64 in gradient checks; in the memory of its pass
 * @param time whether the second axis is time, and of which kind
 * @param lengths how many steps of each row are its own, in 1 … time; null where time is not {@link
 *     Time#RAGGED}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Value(INDArray array, Time time, int @Nullable [] lengths) {
  /**
   * Refuses sequences of axes that {@link Type} refuses, and lengths that cannot be those of the
   * rows.
   *
   * @throws IllegalArgumentException naming expected and found
   */
  // In full, since javac 17 loses the annotation of a compact constructor's parameter.
  public Value(INDArray array, Time time, int @Nullable [] lengths) {
    if (!time.fits(array.rank() - 1)) {
      throw new IllegalArgumentException(
          "expected a batch of sequences [rows, time, features], found "
              + Arrays.toString(array.shape()));
    }
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

  /** Returns a batch of tensors that are no sequences, and in which no padding is. */
  public static Value of(INDArray array) {
    return new Value(array, Time.NONE, null);
  }

  /** Returns whether rows are sequences, [rows, time, features]. */
  public boolean sequence() {
    return time != Time.NONE && array.rank() == 3;
  }

  /**
   * Returns what a layer has made of this, of whatever shape: lengths stay while the first axis of
   * a row does. {@link Type#withShape} says the same of types.
   */
  public Value with(INDArray made) {
    boolean sameFirst = time == Time.RAGGED && made.rank() > 1 && made.size(1) == array.size(1);
    Time after = time.made(made.rank() - 1, sameFirst);
    return new Value(made, after, after == Time.RAGGED ? lengths : null);
  }

  /** Returns the type of these rows. */
  public Type type() {
    int[] axes = Arrays.stream(array.shape()).mapToInt(Math::toIntExact).toArray();
    return new Type(Shape.of(Arrays.copyOfRange(axes, 1, axes.length)), time);
  }

  /** Returns the number of rows. */
  public int rows() {
    return Math.toIntExact(array.size(0));
  }

  /** Returns the steps of a row with its padding; 1 where rows are no sequences. */
  public int steps() {
    return sequence() ? Math.toIntExact(array.size(1)) : 1;
  }

  /** Returns how many of a row's steps are its own. */
  public int ownSteps(int row) {
    return lengths != null && sequence() ? lengths[row] : steps();
  }

  /** Returns how many numbers a step has; where rows are no sequences, a row. */
  public int units() {
    long units = 1;
    for (int axis = sequence() ? 2 : 1; axis < array.rank(); axis++) {
      units *= array.size(axis);
    }
    return Math.toIntExact(units);
  }

  /** Returns the first rows alone, a view of them. */
  public Value first(int count) {
    if (count == rows()) {
      return this;
    }
    return new Value(
        array.get(NDArrayIndex.interval(0, count)),
        time,
        lengths == null ? null : Arrays.copyOf(lengths, count));
  }

  /** Returns these numbers as {@link #read} takes them: in row-major order, without gaps. */
  public Value dense() {
    return isDense(array) ? this : with(array.dup('c'));
  }

  /** Returns whether the numbers of an array stand in row-major order without gaps. */
  public static boolean isDense(INDArray x) {
    long stride = 1;
    for (int axis = x.rank() - 1; axis >= 0; axis--) {
      if (x.size(axis) != 1 && x.stride(axis) != stride) {
        return false;
      }
      stride *= x.size(axis);
    }
    return true;
  }

  /**
   * Reads one step of a row in float64, so that no copy of all of them need be.
   *
   * @param step 0 where rows are no sequences
   * @param to takes as many numbers as there are {@link #units}
   * @throws IllegalArgumentException unless this is {@link #dense}
   */
  public void read(int row, int step, double[] to) {
    long from = at(row, step, to.length);
    switch (array.dataType()) {
      case FLOAT -> {
        FloatIndexer numbers = (FloatIndexer) array.data().indexer();
        for (int i = 0; i < to.length; i++) {
          to[i] = numbers.get(from + i);
        }
      }
      case DOUBLE -> ((DoubleIndexer) array.data().indexer()).get(from, to);
      default -> throw new IllegalArgumentException("cannot read " + array.dataType());
    }
  }

  /** Writes one step of a row, each number rounded once; the reverse of {@link #read}. */
  public void write(int row, int step, double[] from) {
    long to = at(row, step, from.length);
    switch (array.dataType()) {
      case FLOAT -> {
        FloatIndexer numbers = (FloatIndexer) array.data().indexer();
        for (int i = 0; i < from.length; i++) {
          numbers.put(to + i, (float) from[i]);
        }
      }
      case DOUBLE -> ((DoubleIndexer) array.data().indexer()).put(to, from);
      default -> throw new IllegalArgumentException("cannot write " + array.dataType());
    }
  }

  /** Returns where a step begins, counted from the array's first number, as indexers do. */
  private long at(int row, int step, int units) {
    if (!isDense(array) || units != units()) {
      throw new IllegalArgumentException(
          "expected steps of %d numbers without gaps, found shape %s with strides %s"
              .formatted(units, Arrays.toString(array.shape()), Arrays.toString(array.stride())));
    }
    return ((long) row * steps() + step) * units;
  }
}
