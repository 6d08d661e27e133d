package org.invar.kernel;

import org.invar.tensor.Shape;
import org.invar.tensor.Size;

/**
 * A window that slides over an image: the geometry of convolution and pooling.
 *
 * @param size the window
 * @param stride its step
 * @param padding what happens at the border
 */
public record Window(Size size, Size stride, Padding padding) {
  /** What happens at the border. */
  public enum Padding {
    /** No padding: output ⌊(n − f) / s⌋ + 1. */
    VALID,
    /**
     * Zeros so that the output is ⌈n / s⌉, as TensorFlow: an odd row or column is added at the end.
     */
    SAME
  }

  /**
   * Returns the height and width of the output.
   *
   * @param image (height, width, channels)
   * @throws IllegalArgumentException when the shape is no image, or the window does not fit into it
   */
  public Size output(Shape image) {
    if (image.rank() != 3) {
      throw new IllegalArgumentException(
          "expected an image (height, width, channels), found shape " + image);
    }
    return new Size(
        output(image.get(0), size.height(), stride.height(), "height"),
        output(image.get(1), size.width(), stride.width(), "width"));
  }

  private int output(int n, int f, int s, String axis) {
    if (padding == Padding.VALID && f > n) {
      throw new IllegalArgumentException(
          "expected a window of " + axis + " at most " + n + " with padding valid, found " + f);
    }
    return Math.toIntExact(output(n, f, s));
  }

  private long output(long n, long f, long s) {
    return padding == Padding.SAME ? (n + s - 1) / s : (n - f) / s + 1;
  }

  /** Returns the output's height for an input's. */
  public long outputHeight(long height) {
    return output(height, size.height(), stride.height());
  }

  /** Returns the output's width for an input's. */
  public long outputWidth(long width) {
    return output(width, size.width(), stride.width());
  }

  /** Returns the steps down and across. */
  public long[] strides() {
    return new long[] {stride.height(), stride.width()};
  }

  /** Returns how many rows of zeros stand above an image and columns left of it. */
  public long[] paddingBefore(long height, long width) {
    return new long[] {
      padding(height, size.height(), stride.height()) / 2,
      padding(width, size.width(), stride.width()) / 2
    };
  }

  /** Returns how many stand below and right of it, with the odd one. */
  public long[] paddingAfter(long height, long width) {
    return new long[] {
      (padding(height, size.height(), stride.height()) + 1) / 2,
      (padding(width, size.width(), stride.width()) + 1) / 2
    };
  }

  private long padding(long n, long f, long s) {
    return padding == Padding.SAME ? Math.max((output(n, f, s) - 1) * s + f - n, 0) : 0;
  }
}
