package org.invar.tensor;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The dimensions of one example's tensor, or of one entry of the parameters; the batch dimension is
 * never part of it.
 *
 * <p>Images are (height, width, channels), sequences (time, features), tables (features).
 *
 * @param dimensions each at least 1; an empty list is a scalar
 */
public record Shape(List<Integer> dimensions) implements Serializable {
  /** Refuses dimensions below 1 and more than 2³¹ − 1 elements. */
  public Shape {
    dimensions = List.copyOf(dimensions);
    long size = 1;
    for (int dimension : dimensions) {
      if (dimension < 1) {
        throw new IllegalArgumentException(
            "dimension " + dimension + " of shape " + dimensions + " is not positive");
      }
      size *= dimension;
      if (size > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "shape " + dimensions + " has more than 2147483647 elements");
      }
    }
  }

  /** Returns the shape of the given dimensions. */
  public static Shape of(int... dimensions) {
    return new Shape(Arrays.stream(dimensions).boxed().toList());
  }

  /** Returns the number of dimensions. */
  public int rank() {
    return dimensions.size();
  }

  /** Returns dimension {@code axis}; a negative one counts from the end. */
  public int get(int axis) {
    return dimensions.get(axis < 0 ? axis + dimensions.size() : axis);
  }

  /** Returns the number of elements. */
  public int size() {
    int size = 1;
    for (int dimension : dimensions) {
      size *= dimension;
    }
    return size;
  }

  /** Returns the dimensions of a batch of {@code rows} such tensors. */
  public long[] batch(long rows) {
    long[] all = new long[dimensions.size() + 1];
    all[0] = rows;
    for (int i = 0; i < dimensions.size(); i++) {
      all[i + 1] = dimensions.get(i);
    }
    return all;
  }

  /** Returns the dimensions as an array. */
  public long[] toArray() {
    return dimensions.stream().mapToLong(Integer::longValue).toArray();
  }

  /** Returns for example {@code 28×28×1}, or {@code scalar}. */
  @Override
  public String toString() {
    return dimensions.isEmpty()
        ? "scalar"
        : dimensions.stream().map(String::valueOf).collect(Collectors.joining("×"));
  }
}
