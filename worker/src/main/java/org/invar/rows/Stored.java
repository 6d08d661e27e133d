package org.invar.rows;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.invar.tensor.DType;

/** How a number stands in an encoded row, little-endian; −0.0 is written as 0.0. */
enum Stored {
  /** One unsigned byte. */
  BYTE(1),
  /** A two's complement integer. */
  INT(Integer.BYTES),
  /** An IEEE 754 single. */
  FLOAT(Float.BYTES),
  /** An IEEE 754 double. */
  DOUBLE(Double.BYTES);

  private static final VarHandle INTS = view(int[].class);
  private static final VarHandle FLOATS = view(float[].class);
  private static final VarHandle DOUBLES = view(double[].class);

  /** The bytes that a number takes. */
  final int bytes;

  Stored(int bytes) {
    this.bytes = bytes;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns how inputs of a type stand in a row: numbers as they were read, in float64. */
  static Stored input(DType type) {
    return switch (type) {
      case UINT8 -> BYTE;
      case INT32 -> INT;
      case FLOAT32 -> DOUBLE;
    };
  }

  /** Reads the number that begins at an index. */
  double get(byte[] row, int at) {
    return switch (this) {
      case BYTE -> row[at] & 0xFF;
      case INT -> (int) INTS.get(row, at);
      case FLOAT -> (float) FLOATS.get(row, at);
      case DOUBLE -> (double) DOUBLES.get(row, at);
    };
  }

  /** Writes a number, rounded to what is stored. */
  void set(byte[] row, int at, double number) {
    switch (this) {
      case BYTE -> row[at] = (byte) (int) number;
      case INT -> INTS.set(row, at, (int) number);
      case FLOAT -> FLOATS.set(row, at, (float) number + 0f);
      case DOUBLE -> DOUBLES.set(row, at, number + 0.0);
    }
  }

  /** Reads the integer that begins at an index. */
  static int getInt(byte[] row, int at) {
    return (int) INTS.get(row, at);
  }

  /** Writes an integer. */
  static void setInt(byte[] row, int at, int number) {
    INTS.set(row, at, number);
  }
}
