package org.invar.data;

import java.io.Serial;
import java.io.Serializable;
import org.invar.tensor.Float32;
import org.jspecify.annotations.Nullable;

/**
 * How the features of a source become a network's inputs: x / scale, or (x − mean) / deviation.
 *
 * <p>Numbers are float64 until then: {@link #of} rounds once, so a mean of 1.7e9 costs an input no
 * bits. Bytes are exact in float32, and are stored as they are: {@link #bytes} computes x · factor
 * + offset in float32 when a batch is made.
 *
 * <p>Immutable, so any thread may use it.
 */
public final class Normalization implements Serializable {
  @Serial private static final long serialVersionUID = 1;
  private static final double[] NONE = {};

  private final double scale;
  private final double[] means;
  private final double[] deviations;
  private final float[] factors;
  private final float[] offsets;
  private final float @Nullable [] ofByte;

  private Normalization(double scale, double[] means, double[] deviations) {
    this.scale = scale;
    this.means = means;
    this.deviations = deviations;
    boolean scaling = means.length == 0;
    this.factors = new float[scaling ? 1 : means.length];
    this.offsets = new float[factors.length];
    factors[0] = (float) (1 / scale);
    for (int j = 0; j < means.length; j++) {
      factors[j] = (float) (1 / deviations[j]);
      offsets[j] = (float) (-means[j] / deviations[j]);
    }
    this.ofByte = scaling ? ofByte(factors[0]) : null;
  }

  /**
   * Returns the normalization that divides every feature by the same number.
   *
   * @param scale what values are divided by, for example 255; finite and not 0
   */
  public static Normalization scaling(double scale) {
    if (scale == 0 || !Double.isFinite(scale)) {
      throw new IllegalArgumentException("scale=" + scale + " is zero or not finite");
    }
    return new Normalization(scale, NONE, NONE);
  }

  /**
   * Returns the normalization to mean 0 and variance 1.
   *
   * @param means the mean of each feature, or of each feature of a step, again at every step
   * @param variances the variance of each; a feature with variance 0 is only shifted
   */
  public static Normalization standardizing(double[] means, double[] variances) {
    if (means.length != variances.length || means.length == 0) {
      throw new IllegalArgumentException(
          means.length + " means do not go with " + variances.length + " variances");
    }
    double[] deviations = new double[means.length];
    for (int j = 0; j < means.length; j++) {
      deviations[j] = variances[j] > 0 ? Math.sqrt(variances[j]) : 1;
    }
    return new Normalization(1, means.clone(), deviations);
  }

  /** Returns the input that a number makes as a row's feature {@code j}: rounded once. */
  public float of(double value, int j) {
    if (means.length == 0) {
      return (float) (value / scale);
    }
    int column = j % means.length;
    return (float) ((value - means[column]) / deviations[column]);
  }

  /**
   * Returns whether the input that a number makes as feature {@code j} tells what the number does:
   * it does not overflow, and, where inputs are only scaled, does not vanish. Beside deviations of
   * 1, a difference from the mean that vanishes is none.
   */
  public boolean holds(double value, int j) {
    if (means.length > 0) {
      return Float.isFinite(of(value, j));
    }
    double scaled = value / scale;
    return scaled == 0 ? value == 0 : Float32.holds(scaled);
  }

  /**
   * Returns the one factor above 0 that all bytes are multiplied by, or 0 where it is not that
   * simple.
   */
  public float factor() {
    return means.length == 0 ? Math.max(0, factors[0]) : 0;
  }

  /**
   * Normalizes the bytes of one row, or of several when one factor serves all features.
   *
   * @param packed the stored features
   * @param from the index of the row's first byte
   * @param width the number of features; with a factor a feature, as many as there are factors
   * @param out receives the inputs
   * @param at where in {@code out} the first one goes
   */
  public void bytes(byte[] packed, int from, int width, float[] out, int at) {
    if (factors.length > 1 && factors.length != width) {
      throw new IllegalArgumentException(
          "width=" + width + " does not fit " + factors.length + " factors");
    }
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
  private static float[] ofByte(float factor) {
    float[] values = new float[1 << Byte.SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * factor;
    }
    return values;
  }
}
