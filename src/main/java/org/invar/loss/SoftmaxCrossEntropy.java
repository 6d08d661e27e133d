package org.invar.loss;

import java.util.Arrays;
import java.util.Objects;
import org.invar.param.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy between softmax(logits) and a class or a distribution: −Σⱼ qⱼ log softmax(z)ⱼ, with
 * q = (1 − labelSmoothing) · target + labelSmoothing / classes.
 *
 * <p>The row's maximum is subtracted first, so no logit overflows. The gradient is (Σⱼ qⱼ) ·
 * softmax(z) − q. A distribution need not add up to 1; it is taken as it is.
 *
 * <p>Label smoothing: Szegedy et al. 2016, arXiv:1512.00567.
 *
 * @param labelSmoothing the share of a target that is spread evenly over all classes, in [0, 1)
 * @param targets how a row's target is given
 */
public record SoftmaxCrossEntropy(double labelSmoothing, Targets targets) implements Loss {
  /** How a row's target is given. */
  public enum Targets {
    /** One float, the class's id: a whole number from 0. */
    CLASS_IDS,
    /** A probability for every class. */
    DISTRIBUTIONS
  }

  /** Refuses a label smoothing outside [0, 1). */
  public SoftmaxCrossEntropy {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException("labelSmoothing=" + labelSmoothing + " is not in [0, 1)");
    }
    Objects.requireNonNull(targets, "targets");
  }

  /** Returns the loss on class ids without smoothing. */
  public static SoftmaxCrossEntropy of() {
    return new SoftmaxCrossEntropy(0, Targets.CLASS_IDS);
  }

  @Override
  public void check(Shape output) {
    if (output.rank() != 1 || output.size() < 2) {
      throw new IllegalArgumentException(
          "softmaxCrossEntropy expects one logit a class, at least 2, as an output of rank 1;"
              + " found an output of shape "
              + output);
    }
  }

  @Override
  public int targetWidth(Shape output) {
    return targetWidth(output.size());
  }

  private int targetWidth(int classes) {
    return targets == Targets.CLASS_IDS ? 1 : classes;
  }

  @Override
  public double sum(
      double[] output, float[] targets, float[] weights, int rows, double @Nullable [] gradient) {
    int classes = Rows.units(output, weights, rows, gradient);
    Rows.requireLength("targets", targets.length, rows * targetWidth(classes));
    double[] q = new double[classes];
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      target(targets, row, q);
      sum += weights[row] * row(output, row * classes, q, weights[row], gradient);
    }
    return sum;
  }

  /** Writes a row's smoothed target. */
  private void target(float[] targets, int row, double[] q) {
    int classes = q.length;
    double spread = labelSmoothing / classes;
    double kept = 1 - labelSmoothing;
    if (this.targets == Targets.CLASS_IDS) {
      Arrays.fill(q, spread);
      q[classId(targets[row], row, classes)] += kept;
    } else {
      for (int j = 0; j < classes; j++) {
        q[j] = kept * targets[row * classes + j] + spread;
      }
    }
  }

  private static int classId(float target, int row, int classes) {
    int id = (int) target;
    if (id != target || id < 0 || id >= classes) {
      throw new IllegalArgumentException(
          "target " + target + " of row " + row + " is not a class id in [0, " + classes + ")");
    }
    return id;
  }

  /** Returns the loss of the row at {@code offset} and writes its weighted gradient. */
  private static double row(
      double[] logits, int offset, double[] q, double weight, double @Nullable [] gradient) {
    int classes = q.length;
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < classes; j++) {
      max = Math.max(max, logits[offset + j]);
    }
    double partition = 0;
    for (int j = 0; j < classes; j++) {
      double exp = Math.exp(logits[offset + j] - max);
      partition += exp;
      if (gradient != null) {
        gradient[offset + j] = exp;
      }
    }
    double logPartition = Math.log(partition);
    double loss = 0;
    double mass = 0;
    for (int j = 0; j < classes; j++) {
      // A class of target 0 adds nothing, even where its logit is −∞.
      if (q[j] != 0) {
        loss += q[j] * (logPartition - (logits[offset + j] - max));
        mass += q[j];
      }
    }
    if (gradient != null) {
      for (int j = 0; j < classes; j++) {
        gradient[offset + j] = weight * (mass * (gradient[offset + j] / partition) - q[j]);
      }
    }
    return loss;
  }
}
