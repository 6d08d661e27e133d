package org.invar.gang;

import java.nio.ByteBuffer;

/** How the values of a gradient travel between workers. */
public enum Wire {
  /** All 32 bits. */
  FLOAT32(Float.BYTES) {
    @Override
    void put(float[] values, int length, ByteBuffer out) {
      out.asFloatBuffer().put(values, 0, length);
      out.position(out.position() + length * Float.BYTES);
    }

    @Override
    void get(ByteBuffer in, float[] values, int offset, int length) {
      in.asFloatBuffer().get(values, offset, length);
      in.position(in.position() + length * Float.BYTES);
    }
  },
  /**
   * The upper 16 bits, rounded to nearest, ties to even: 8 bits of precision, the range of float32.
   * Halves the bytes of the reduction; which values are rounded depends on the number of workers.
   */
  BFLOAT16(Short.BYTES) {
    @Override
    void put(float[] values, int length, ByteBuffer out) {
      for (int i = 0; i < length; i++) {
        out.putShort(rounded(values[i]));
      }
    }

    @Override
    void get(ByteBuffer in, float[] values, int offset, int length) {
      for (int i = 0; i < length; i++) {
        values[offset + i] = Float.intBitsToFloat(in.getShort() << Short.SIZE);
      }
    }
  };

  private final int bytes;

  Wire(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes of a value. */
  public int bytes() {
    return bytes;
  }

  /** Writes the first values. */
  abstract void put(float[] values, int length, ByteBuffer out);

  /** Reads values. */
  abstract void get(ByteBuffer in, float[] values, int offset, int length);

  private static short rounded(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> Short.SIZE) | 0x40); // Rounding could make it an infinity.
    }
    int half = 0x7fff + ((bits >>> Short.SIZE) & 1);
    return (short) ((bits + half) >>> Short.SIZE);
  }
}
