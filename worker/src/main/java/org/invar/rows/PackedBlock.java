package org.invar.rows;

import org.invar.tensor.DType;

/**
 * Rows of one shard, by rising {@link Identity}; a shard is one block or several behind one
 * another.
 *
 * <p>The arrays are not copied: whoever makes or gets a block leaves them as they are. Two blocks
 * are compared by their encoded bytes, not by {@code equals}.
 *
 * @param shard counted from 0
 * @param rows the number of rows
 * @param type how features are stored
 * @param width the number of features of a row
 * @param features has rows × width features, row-major: bytes, or inputs as little-endian floats;
 *     they may lie amid other bytes, those of the encoded block say
 * @param featuresAt the index of the first row's first byte
 * @param targetWidth the number of targets of a row
 * @param targets rows × targetWidth targets, row-major: class ids, 0 and 1, values or a
 *     distribution
 * @param weights the rows' example weights, or empty when all are 1
 * @param lengths how many steps of each row's sequence are its own, or empty where rows have no
 *     lengths
 */
@SuppressWarnings("ArrayRecordComponent")
public record PackedBlock(
    int shard,
    int rows,
    DType type,
    int width,
    byte[] features,
    int featuresAt,
    int targetWidth,
    float[] targets,
    float[] weights,
    int[] lengths) {

  /** The most bytes of features in a block that has more than one row: 4 MiB. */
  public static final int MOST_FEATURE_BYTES = 4 << 20;

  /** Refuses arrays whose lengths do not follow from rows and widths. */
  public PackedBlock {
    if (featuresAt < 0
        || features.length - featuresAt < (long) rows * width * type.bytes()
        || targets.length != (long) rows * targetWidth
        || (weights.length != 0 && weights.length != rows)
        || (lengths.length != 0 && lengths.length != rows)) {
      throw new IllegalArgumentException(
          "a block of rows="
              + rows
              + " of width="
              + width
              + " "
              + type
              + " and targetWidth="
              + targetWidth
              + " cannot have "
              + (features.length - featuresAt)
              + " bytes of features, "
              + targets.length
              + " targets, "
              + weights.length
              + " weights and "
              + lengths.length
              + " lengths");
    }
  }

  /** Makes a block of rows without lengths. */
  public PackedBlock(
      int shard,
      int rows,
      DType type,
      int width,
      byte[] features,
      int targetWidth,
      float[] targets,
      float[] weights) {
    this(shard, rows, type, width, features, 0, targetWidth, targets, weights, new int[0]);
  }

  /** Returns the most rows of a block, at least 1, for rows of that many bytes of features. */
  static int mostRows(int featureBytes) {
    return Math.max(1, MOST_FEATURE_BYTES / Math.max(1, featureBytes));
  }

  /** Returns the index of a row's first byte of features. */
  public int featuresFrom(int row) {
    return featuresAt + row * width * type.bytes();
  }

  /** Returns the bytes that all features take. */
  int featureBytes() {
    return rows * width * type.bytes();
  }

  /** Returns a row's example weight. */
  public float weight(int row) {
    return weights.length == 0 ? 1 : weights[row];
  }
}
