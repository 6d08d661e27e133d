package org.invar.data;

import java.io.Serial;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * How stored features become a network's inputs: {@code x · factor[j] + offset[j]} in float
 * arithmetic, with one factor and offset a feature, or one for all.
 *
 * <p>Immutable, so any thread may use it.
 */
public final class Normalization implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private final float[] factors;
  private final float[] offsets;
  private final float @Nullable [] ofByte;

  private Normalization(float[] factors, float[] offsets) {
    this.factors = factors;
    this.offsets = offsets;
    this.ofByte = ofByte(factors, offsets);
  }

  /**
   * Returns the normalization that divides every feature by the same number.
   *
   * @param scale what stored values are divided by, for example 255; finite and not 0
   */
  public static Normalization scaling(double scale) {
    if (scale == 0 || !Double.isFinite(scale)) {
      throw new IllegalArgumentException("scale=" + scale + " is zero or not finite");
    }
    return new Normalization(new float[] {(float) (1 / scale)}, new float[] {0});
  }

  /**
   * Returns the normalization to mean 0 and variance 1.
   *
   * @param means the mean of each stored feature
   * @param variances the variance of each; a feature with variance 0 is only shifted
   */
  public static Normalization standardizing(double[] means, double[] variances) {
    if (means.length != variances.length || means.length == 0) {
      throw new IllegalArgumentException(
          means.length + " means do not go with " + variances.length + " variances");
    }
    float[] factors = new float[means.length];
    float[] offsets = new float[means.length];
    for (int j = 0; j < means.length; j++) {
      double deviation = variances[j] > 0 ? Math.sqrt(variances[j]) : 1;
      factors[j] = (float) (1 / deviation);
      offsets[j] = (float) (-means[j] / deviation);
    }
    return new Normalization(factors, offsets);
  }

  /**
   * Returns the one factor above 0 that all features are multiplied by, or 0 where it is not that
   * simple.
   */
  public float factor() {
    return factors.length == 1 && offsets[0] == 0 ? Math.max(0, factors[0]) : 0;
  }

  /**
   * Normalizes one packed row, or several when one factor serves all features.
   *
   * @param type how the features are stored
   * @param packed the stored features
   * @param from the index of the row's first byte
   * @param width the number of features; with a factor a feature, as many as there are factors
   * @param out receives the inputs
   * @param at where in {@code out} the first one goes
   */
  public void apply(FeatureType type, byte[] packed, int from, int width, float[] out, int at) {
    if (factors.length > 1 && factors.length != width) {
      throw new IllegalArgumentException(
          "width=" + width + " does not fit " + factors.length + " factors");
    }
    switch (type) {
      case UINT8 -> bytes(packed, from, width, out, at);
      case FLOAT32 -> {
        for (int j = 0; j < width; j++) {
          out[at + j] = (float) FLOATS.get(packed, from + Float.BYTES * j);
        }
        apply(out, at, width);
      }
    }
  }

  private void bytes(byte[] packed, int from, int width, float[] out, int at) {
    if (ofByte != null) {
      float[] table = ofByte;
      for (int j = 0; j < width; j++) {
        out[at + j] = table[packed[from + j] & 0xFF];
      }
    } else {
      for (int j = 0; j < width; j++) {
        out[at + j] = (packed[from + j] & 0xFF) * factors[j] + offsets[j];
      }
    }
  }

  /** Looking a byte's value up is faster than making a float of it. */
  private static float @Nullable [] ofByte(float[] factors, float[] offsets) {
    if (factors.length > 1) {
      return null;
    }
    float[] values = new float[1 << Byte.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * factors[0] + offsets[0];
    }
    return values;
  }

  private void apply(float[] values, int at, int width) {
    if (factors.length == 1) {
      float factor = factors[0];
      float offset = offsets[0];
      for (int j = 0; j < width; j++) {
        values[at + j] = values[at + j] * factor + offset;
      }
    } else {
      for (int j = 0; j < width; j++) {
        values[at + j] = values[at + j] * factors[j] + offsets[j];
      }
    }
  }
}
