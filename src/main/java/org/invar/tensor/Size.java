package org.invar.tensor;

import java.io.Serializable;

/**
 * A height and a width, of a window, a stride or an image; written {@code 5} or {@code [5, 3]} in a
 * job.
 *
 * @param height at least 1
 * @param width at least 1
 */
public record Size(int height, int width) implements Serializable {
  /** Refuses sizes below 1. */
  public Size {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("size " + height + "×" + width + " is not positive");
    }
  }

  /** Returns a square of that side. */
  public static Size square(int side) {
    return new Size(side, side);
  }

  /** Returns for example {@code 5×3}. */
  @Override
  public String toString() {
    return height + "×" + width;
  }
}
