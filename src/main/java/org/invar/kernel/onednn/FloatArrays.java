package org.invar.kernel.onednn;

import java.util.Arrays;
import org.invar.tensor.Value;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays of float32 that native kernels reach by their addresses, which know no bounds: so
 * everything that is read or written by one is looked at before.
 */
final class FloatArrays {
  private FloatArrays() {}

  /** Returns a dense array with whatever is in it. */
  static INDArray create(long... shape) {
    return Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
  }

  /**
   * Refuses an array, where there is one, of another type or shape.
   *
   * @throws IllegalArgumentException that names it
   */
  static void require(String name, @Nullable INDArray array, long... shape) {
    if (array != null
        && (array.dataType() != DataType.FLOAT || !Arrays.equals(array.shape(), shape))) {
      throw new IllegalArgumentException(
          "expected %s of FLOAT %s, found %s %s"
              .formatted(
                  name, Arrays.toString(shape), array.dataType(), Arrays.toString(array.shape())));
    }
  }

  /**
   * Refuses an array, where there is one, of which a copy would not do.
   *
   * @throws IllegalArgumentException that names it
   */
  static void requireDense(String name, @Nullable INDArray array) {
    if (array != null && !Value.isDense(array)) {
      throw new IllegalArgumentException(
          "expected %s whose values stand in row-major order without gaps, found shape %s with strides %s; give a dense array"
              .formatted(name, Arrays.toString(array.shape()), Arrays.toString(array.stride())));
    }
  }

  /** Refuses another number of values than an array has. */
  static void requireLength(int values, INDArray array) {
    if (values != array.length()) {
      throw new IllegalArgumentException("expected " + array.length() + " values, found " + values);
    }
  }
}
