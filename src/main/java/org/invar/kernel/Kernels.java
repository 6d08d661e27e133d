package org.invar.kernel;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The operations that layers are made of, each one fused as far as an implementation can.
 *
 * <p>Arrays are C-ordered; images are [rows, height, width, channels], conv2d kernels [height,
 * width, in, out], dense kernels [in, out]. Inputs are never changed; results are new arrays in the
 * caller's workspace, or are added into the given gradient. All arrays of a call have one data
 * type; where types or shapes do not fit, an {@link IllegalArgumentException} or one of ND4J's says
 * so. A NaN need not pass a relu or a maximum: native kernels take it for the smaller one. Every
 * implementation gives the same result for the same input whatever thread runs it and whatever ran
 * before.
 */
public interface Kernels extends AutoCloseable {
  /** Returns the implementation's name. */
  String name();

  /** Frees what is kept from call to call. */
  @Override
  default void close() {}

  /** Which way a window is reduced. */
  enum Pooling {
    /** The largest value. */
    MAX,
    /** The mean of the values inside the image; padding does not count. */
    AVERAGE
  }

  /**
   * Returns bytes as float32, each one times a factor, in float arithmetic.
   *
   * @param bytes unsigned, row-major, as many as the shape has
   */
  INDArray scaled(byte[] bytes, float factor, long... shape);

  /** Returns an array's values, row-major. */
  double[] values(INDArray x);

  /** Returns an array of the shape and type of another with those values, row-major. */
  INDArray like(INDArray x, double[] values);

  /**
   * Returns activation(x · kernel + bias).
   *
   * @param x [rows, in]
   * @param kernel [in, out]
   * @param bias [out], or null for none
   * @param activation one that does not need its input in backward
   */
  INDArray affine(INDArray x, INDArray kernel, @Nullable INDArray bias, Activation activation);

  /**
   * Adds the gradient of an affine map's kernel and bias.
   *
   * @param x the map's input [rows, in]
   * @param dz the gradient of the sum before the activation [rows, out]
   * @param kernelGradient [in, out], added to
   * @param biasGradient [out], added to, or null for none
   */
  void affineGradient(
      INDArray x, INDArray dz, INDArray kernelGradient, @Nullable INDArray biasGradient);

  /** Returns the gradient of an affine map's input: dz · kernelᵀ, [rows, in]. */
  INDArray affineInputGradient(INDArray dz, INDArray kernel);

  /**
   * Returns activation(x ∗ kernel + bias), a cross-correlation.
   *
   * @param x [rows, height, width, in]
   * @param kernel [window height, window width, in, out]
   * @param bias [out], or null for none
   */
  INDArray conv2d(
      INDArray x, INDArray kernel, @Nullable INDArray bias, Window window, Activation activation);

  /**
   * Adds the gradients of a convolution's kernel and bias, and returns that of its input when asked
   * to.
   *
   * @param x the convolution's input
   * @param y its output, behind the activation [rows, out height, out width, out]
   * @param dy the gradient of the output
   * @param activation the one of forward; one that does not need its input in backward
   * @param kernelGradient added to
   * @param biasGradient added to, or null for none
   * @param inputGradient whether somebody needs dx
   * @return dx, or null when nobody needs it
   */
  @Nullable INDArray conv2dGradient(
      INDArray x,
      INDArray y,
      INDArray dy,
      INDArray kernel,
      Window window,
      Activation activation,
      INDArray kernelGradient,
      @Nullable INDArray biasGradient,
      boolean inputGradient);

  /**
   * A pooled image.
   *
   * @param output [rows, out height, out width, channels]
   * @param memory what the gradient needs beside the input; the input itself where that is nothing
   */
  record Pooled(INDArray output, INDArray memory) {}

  /** Returns the pooled image. */
  Pooled pool2d(Pooling pooling, INDArray x, Window window);

  /**
   * Returns the gradient of pooling's input; of equal maxima one alone gets it.
   *
   * @param x pooling's input
   * @param memory what pooling gave beside its output
   */
  INDArray pool2dGradient(Pooling pooling, INDArray x, INDArray memory, INDArray dy, Window window);

  /** Returns activation(z). */
  INDArray activate(Activation activation, INDArray z);

  /**
   * Returns dz from dy.
   *
   * @param saved the activation's input where it {@link Activation#needsInput()}, else its output
   */
  INDArray activateGradient(Activation activation, INDArray saved, INDArray dy);

  /**
   * Returns the mean and the biased variance of every channel, [2, channels].
   *
   * @param x [positions, channels]
   */
  INDArray moments(INDArray x);

  /**
   * Returns (x − mean) / √(variance + epsilon) · gamma + beta, channel by channel.
   *
   * @param x [positions, channels]
   * @param moments mean and variance, [2, channels]
   */
  INDArray normalize(INDArray x, INDArray moments, INDArray gamma, INDArray beta, double epsilon);

  /**
   * Adds the gradients of gamma and beta and returns dx, through the moments that x itself had.
   *
   * @param x the input [positions, channels]
   * @param dy the output's gradient [positions, channels]
   */
  INDArray normalizeGradient(
      INDArray x,
      INDArray dy,
      INDArray moments,
      INDArray gamma,
      double epsilon,
      INDArray gammaGradient,
      INDArray betaGradient);

  /**
   * Runs a recurrent cell over all steps of sequences, from first to last.
   *
   * <p>Sequences shorter than time need nothing of it: a step depends on those before it alone, so
   * whoever knows the lengths ignores the outputs behind them and gives them a gradient of zero.
   *
   * @param x [rows, time, features]
   * @param initial the state before the first step [cell.kind().states(), rows, units], or null for
   *     zeros
   * @param remember whether {@link #recurrentGradient} will be called; without it nothing is saved
   */
  Recurrence recurrent(Cell cell, INDArray x, @Nullable INDArray initial, boolean remember);

  /**
   * Goes back through all steps: adds the gradients of the cell's arrays, and returns that of its
   * input when asked to.
   *
   * @param x the forward pass's input
   * @param initial the forward pass's state before the first step
   * @param forward the forward pass's result
   * @param dy the gradient of all outputs [rows, time, units]
   * @param gradient of the same kind; its arrays are added to
   * @param initialGradient [states, rows, units], added to, or null when nobody needs it
   * @param inputGradient whether somebody needs dx
   * @return dx [rows, time, features], or null when nobody needs it
   */
  @Nullable INDArray recurrentGradient(
      Cell cell,
      INDArray x,
      @Nullable INDArray initial,
      Recurrence forward,
      INDArray dy,
      Cell gradient,
      @Nullable INDArray initialGradient,
      boolean inputGradient);
}
