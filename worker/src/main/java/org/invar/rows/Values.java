package org.invar.rows;

import org.invar.tensor.DType;

/** The numbers of one field in one row, in order; of a sequence those of the row's own steps. */
public sealed interface Values {
  /** Returns the type of the fields that they can be of. */
  DType dtype();

  /** Returns how many there are. */
  int count();

  /** Returns one of them. */
  double get(int i);

  /** Returns the values of a field of unsigned bytes; the array is not copied. */
  static Values of(byte[] bytes) {
    return new Bytes(bytes);
  }

  /** Returns the values of a field of ids; the array is not copied. */
  static Values of(int[] ids) {
    return new Ids(ids);
  }

  /** Returns the values of a field of numbers, as they were read; the array is not copied. */
  static Values of(double[] numbers) {
    return new Numbers(numbers);
  }

  /**
   * Unsigned bytes.
   *
   * @param of one a number
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Bytes(byte[] of) implements Values {
    @Override
    public DType dtype() {
      return DType.UINT8;
    }

    @Override
    public int count() {
      return of.length;
    }

    @Override
    public double get(int i) {
      return of[i] & 0xFF;
    }
  }

  /**
   * Ids.
   *
   * @param of one a number
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Ids(int[] of) implements Values {
    @Override
    public DType dtype() {
      return DType.INT32;
    }

    @Override
    public int count() {
      return of.length;
    }

    @Override
    public double get(int i) {
      return of[i];
    }
  }

  /**
   * Numbers, not yet rounded to float32.
   *
   * @param of one a number
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Numbers(double[] of) implements Values {
    @Override
    public DType dtype() {
      return DType.FLOAT32;
    }

    @Override
    public int count() {
      return of.length;
    }

    @Override
    public double get(int i) {
      return of[i];
    }
  }
}
