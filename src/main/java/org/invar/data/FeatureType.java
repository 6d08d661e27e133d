package org.invar.data;

/** How a packed feature is stored. */
public enum FeatureType {
  /** One unsigned byte, 0..255. */
  UINT8(1),
  /** Four bytes, an IEEE 754 single, little-endian. */
  FLOAT32(4);

  private final int bytes;

  FeatureType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes that one feature takes. */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the type whose feature takes that many bytes.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static FeatureType ofBytes(int bytes) {
    for (FeatureType type : values()) {
      if (type.bytes == bytes) {
        return type;
      }
    }
    throw new IllegalArgumentException("no feature type takes " + bytes + " bytes");
  }
}
