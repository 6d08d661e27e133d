package org.invar.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class NormalizationTest {
  @Test
  void scalesUnsignedBytes() {
    float[] out = new float[4];
    byte[] packed = {9, 0, (byte) 128, (byte) 255};
    Normalization.scaling(255).bytes(packed, 1, 3, out, 1);
    float factor = (float) (1 / 255.0);
    assertArrayEquals(new float[] {0, 0, 128 * factor, 255 * factor}, out);
  }

  @Test
  void standardizesInFloat64AndRoundsOnce() {
    var normalization = Normalization.standardizing(new double[] {1.7e9, 5}, new double[] {4, 0});
    assertEquals(0.5f, normalization.of(1.7e9 + 1, 0));
    assertEquals(-1.5f, normalization.of(5 - 1.5, 1));
    assertEquals(0.5f, normalization.of(1.7e9 + 1, 2), "the next step's first feature");
    assertEquals((float) (0.1 / 0.3), Normalization.scaling(0.3).of(0.1, 7));
  }

  @Test
  void standardizesBytes() {
    float[] out = new float[2];
    Normalization.standardizing(new double[] {1, 5}, new double[] {4, 0.25})
        .bytes(new byte[] {(byte) 201, 3}, 0, 2, out, 0);
    assertArrayEquals(new float[] {100, -4}, out);
  }

  @Test
  void numbersThatFloat32HasNotAreNoInputs() {
    var plain = Normalization.scaling(1);
    assertTrue(plain.holds(0, 0) && plain.holds(-3.4e38, 0) && plain.holds(1.2e-38, 0));
    for (double bad : new double[] {1e39, -1e39, 1e-39, -1e-39, 1e-60, Double.MIN_VALUE}) {
      assertFalse(plain.holds(bad, 0), "" + bad);
    }
    assertTrue(Normalization.scaling(1e10).holds(1e40, 0));
    assertFalse(Normalization.scaling(1e30).holds(1e-20, 0));
    assertFalse(Normalization.scaling(1e200).holds(1e-200, 0), "0 even in float64");
    var standard = Normalization.standardizing(new double[] {0}, new double[] {1e-80});
    assertTrue(standard.holds(1e-40, 0) && standard.holds(1e-100, 0));
    assertFalse(standard.holds(1, 0));
  }

  @Test
  void refusesAnotherWidthAndScaleZero() {
    var two = Normalization.standardizing(new double[2], new double[2]);
    assertThrows(
        IllegalArgumentException.class, () -> two.bytes(new byte[3], 0, 3, new float[3], 0));
    assertThrows(IllegalArgumentException.class, () -> Normalization.scaling(0));
    assertThrows(IllegalArgumentException.class, () -> Normalization.scaling(Double.NaN));
  }
}
