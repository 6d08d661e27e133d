package org.invar.tensor;

/** How a number of a tensor is stored, little-endian. */
public enum DType {
  /** One unsigned byte, 0..255. */
  UINT8(1),
  /** Four bytes, a two's complement integer: an id. */
  INT32(4),
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
}
