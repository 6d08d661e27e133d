package org.invar.tensor;

/** How a number of a tensor is stored, little-endian. */
public enum DType {
  /** One unsigned byte, 0..255. */
  UINT8(1),
  /** Four bytes, an IEEE 754 single. */
  FLOAT32(4);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes that one number takes. */
  public int bytes() {
    return bytes;
  }

  /**
   * Returns the type whose numbers take that many bytes.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static DType ofBytes(int bytes) {
    for (DType type : values()) {
      if (type.bytes == bytes) {
        return type;
      }
    }
    throw new IllegalArgumentException("no type of number takes " + bytes + " bytes");
  }
}
