package org.invar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class NormalizationTest {
  @Test
  void scalesUnsignedBytes() {
    float[] out = new float[4];
    byte[] packed = {9, 0, (byte) 128, (byte) 255};
    Normalization.scaling(255).apply(FeatureType.UINT8, packed, 1, 3, out, 1);
    float factor = (float) (1 / 255.0);
    assertArrayEquals(new float[] {0, 0, 128 * factor, 255 * factor}, out);
  }

  @Test
  void standardizesLittleEndianFloats() {
    byte[] packed =
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putFloat(7)
            .putFloat(3)
            .putFloat(5)
            .array();
    float[] out = new float[3];
    Normalization.standardizing(new double[] {1, 5, 5}, new double[] {4, 0.25, 0})
        .apply(FeatureType.FLOAT32, packed, 0, 3, out, 0);
    assertArrayEquals(new float[] {3, -4, 0}, out);
  }

  @Test
  void refusesAnotherWidthAndScaleZero() {
    var two = Normalization.standardizing(new double[2], new double[2]);
    assertThrows(
        IllegalArgumentException.class,
        () -> two.apply(FeatureType.UINT8, new byte[3], 0, 3, new float[3], 0));
    assertThrows(IllegalArgumentException.class, () -> Normalization.scaling(0));
    assertThrows(IllegalArgumentException.class, () -> Normalization.scaling(Double.NaN));
  }
}
