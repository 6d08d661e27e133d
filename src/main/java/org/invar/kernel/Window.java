package org.invar.kernel;

import org.invar.param.Shape;
import org.invar.param.Size;

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
    if (padding == Padding.SAME) {
      return (n + s - 1) / s;
    }
    if (f > n) {
      throw new IllegalArgumentException(
          "expected a window of " + axis + " at most " + n + " with padding valid, found " + f);
    }
    return (n - f) / s + 1;
  }
}
