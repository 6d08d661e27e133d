package org.invar.rows;

import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.invar.tensor.DType;

/**
 * The canonical bytes of what a row holds, which its identity is the hash of: the bytes of a
 * feature, the number of features, features, targets, weight, and where rows are sequences of
 * different lengths the length; all little-endian, with −0.0 written as 0.0.
 *
 * <p>Features that are no bytes are float64 as they were read: they become float32 when rows are
 * packed. Of a sequence its own steps are written, none of the padding, so that a row is the same
 * row whatever the shape that others need.
 *
 * @param type how features are stored once they are packed
 * @param width the number of features of a packed row
 * @param targetWidth the number of targets of a packed row
 * @param lengths whether a row is a sequence with a length of its own, padded to the widths when it
 *     is packed
 */
public record RowEncoding(DType type, int width, int targetWidth, boolean lengths)
    implements Serializable {
  /** The index of the first feature's first byte. */
  public static final int FEATURES = 1 + Integer.BYTES;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLES =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  /** Makes the encoding of rows without lengths. */
  public RowEncoding(DType type, int width, int targetWidth) {
    this(type, width, targetWidth, false);
  }

  /** Returns the bytes that a row's features take once they are packed. */
  public int featureBytes() {
    return width * type.bytes();
  }

  /**
   * Returns the encoded row of bytes, {@code width} of them.
   *
   * @param targets {@code targetWidth} numbers
   * @param weight the example's weight
   */
  public byte[] encode(byte[] features, float[] targets, float weight) {
    require(DType.UINT8, features.length, targets.length, 0);
    byte[] row = row(features.length, targets, weight, 0);
    System.arraycopy(features, 0, row, FEATURES, features.length);
    return row;
  }

  /** Returns the encoded row of numbers, where rows have no lengths. */
  public byte[] encode(double[] features, float[] targets, float weight) {
    return encode(features, targets, weight, 0);
  }

  /**
   * Returns the encoded row of numbers.
   *
   * @param features {@code width} numbers; of a sequence those of its own steps
   * @param targets {@code targetWidth} numbers; where they are a sequence too, those of its steps
   * @param weight the example's weight
   * @param length how many steps the row's sequence has, at least 1; 0 where rows have no lengths
   */
  public byte[] encode(double[] features, float[] targets, float weight, int length) {
    require(DType.FLOAT32, features.length, targets.length, length);
    byte[] row = row(features.length, targets, weight, length);
    for (int j = 0; j < features.length; j++) {
      DOUBLES.set(row, FEATURES + Double.BYTES * j, features[j] + 0.0);
    }
    return row;
  }

  private void require(DType given, int features, int targets, int length) {
    boolean fits =
        lengths
            ? features <= width && targets <= targetWidth && length > 0
            : features == width && targets == targetWidth && length == 0;
    if (given != type || !fits) {
      throw new IllegalArgumentException(
          "%d features of %s, %d targets and length=%d do not fit %s"
              .formatted(features, given, targets, length, this));
    }
  }

  /** The row without its features. */
  private byte[] row(int features, float[] targets, float weight, int length) {
    int at = FEATURES + features * unit();
    int end = at + Float.BYTES * (targets.length + 1);
    byte[] row = new byte[end + (lengths ? Integer.BYTES : 0)];
    row[0] = (byte) unit();
    INTS.set(row, 1, features);
    for (int i = 0; i < targets.length; i++) {
      FLOATS.set(row, at + Float.BYTES * i, targets[i] + 0f);
    }
    FLOATS.set(row, end - Float.BYTES, weight + 0f);
    if (lengths) {
      INTS.set(row, end, length);
    }
    return row;
  }

  /** The bytes of one encoded feature. */
  private int unit() {
    return type == DType.UINT8 ? 1 : Double.BYTES;
  }

  /** Returns how many features an encoded row holds. */
  public int features(byte[] row) {
    return (int) INTS.get(row, 1);
  }

  /** Returns feature {@code j} of an encoded row, as it was read. */
  public double feature(byte[] row, int j) {
    return type == DType.UINT8
        ? row[FEATURES + j] & 0xFF
        : (double) DOUBLES.get(row, FEATURES + Double.BYTES * j);
  }

  /** Returns how many targets an encoded row holds. */
  public int targets(byte[] row) {
    return (weightAt(row) - targetAt(row, 0)) / Float.BYTES;
  }

  /** Returns target {@code i} of an encoded row. */
  public float target(byte[] row, int i) {
    return (float) FLOATS.get(row, targetAt(row, i));
  }

  /** Returns the weight of an encoded row. */
  public float weight(byte[] row) {
    return (float) FLOATS.get(row, weightAt(row));
  }

  /** Returns the length of an encoded row, 0 where rows have none. */
  public int length(byte[] row) {
    return lengths ? (int) INTS.get(row, row.length - Integer.BYTES) : 0;
  }

  private int targetAt(byte[] row, int i) {
    return FEATURES + features(row) * unit() + Float.BYTES * i;
  }

  private int weightAt(byte[] row) {
    return row.length - Float.BYTES - (lengths ? Integer.BYTES : 0);
  }
}
