package org.invar.worker;

import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.invar.data.FeatureType;

/**
 * The canonical bytes of a row, which its identity is the hash of: type tag, width, features,
 * targets, weight, and where rows are sequences of different lengths the length; all little-endian,
 * with −0.0 written as 0.0.
 *
 * @param type how features are stored
 * @param width the number of features of a row
 * @param targetWidth the number of targets of a row
 * @param lengths whether a row is a sequence with a length of its own, padded to the width
 */
public record RowEncoding(FeatureType type, int width, int targetWidth, boolean lengths)
    implements Serializable {
  /** The index of the first feature's first byte. */
  public static final int FEATURES = 1 + Integer.BYTES;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  /** Makes the encoding of rows without lengths. */
  public RowEncoding(FeatureType type, int width, int targetWidth) {
    this(type, width, targetWidth, false);
  }

  /** Returns the bytes that a row's features take. */
  public int featureBytes() {
    return width * type.bytes();
  }

  /** Returns the length of an encoded row, in bytes. */
  public int length() {
    return targetAt(targetWidth + 1) + (lengths ? Integer.BYTES : 0);
  }

  /** Returns the encoded row, where rows have no lengths. */
  public byte[] encode(byte[] features, float[] targets, float weight) {
    return encode(features, targets, weight, 0);
  }

  /**
   * Returns the encoded row.
   *
   * @param features {@code featureBytes()} bytes, floats little-endian
   * @param targets {@code targetWidth} numbers
   * @param weight the example's weight
   * @param length how many steps of the row's sequence are its own, at least 1; 0 where rows have
   *     no lengths
   */
  public byte[] encode(byte[] features, float[] targets, float weight, int length) {
    if (lengths != length > 0) {
      throw new IllegalArgumentException("length=" + length + " does not fit " + this);
    }
    if (features.length != featureBytes() || targets.length != targetWidth) {
      throw new IllegalArgumentException(
          features.length
              + " bytes of features and "
              + targets.length
              + " targets do not fit "
              + this);
    }
    byte[] row = new byte[length()];
    row[0] = (byte) type.bytes();
    INTS.set(row, 1, width);
    System.arraycopy(features, 0, row, FEATURES, features.length);
    if (type == FeatureType.FLOAT32) {
      for (int j = 0; j < width; j++) {
        int at = FEATURES + Float.BYTES * j;
        FLOATS.set(row, at, (float) FLOATS.get(row, at) + 0f);
      }
    }
    for (int i = 0; i < targetWidth; i++) {
      FLOATS.set(row, targetAt(i), targets[i] + 0f);
    }
    FLOATS.set(row, targetAt(targetWidth), weight + 0f);
    if (lengths) {
      INTS.set(row, targetAt(targetWidth + 1), length);
    }
    return row;
  }

  /** Returns target {@code i} of an encoded row. */
  public float target(byte[] row, int i) {
    return (float) FLOATS.get(row, targetAt(i));
  }

  /** Returns the weight of an encoded row. */
  public float weight(byte[] row) {
    return (float) FLOATS.get(row, targetAt(targetWidth));
  }

  /** Returns the length of an encoded row, 0 where rows have none. */
  public int length(byte[] row) {
    return lengths ? (int) INTS.get(row, targetAt(targetWidth + 1)) : 0;
  }

  private int targetAt(int i) {
    return FEATURES + featureBytes() + Float.BYTES * i;
  }
}
