package org.invar.loss;

import java.util.Arrays;
import java.util.Objects;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy between softmax(logits) and a class or a distribution: −Σⱼ qⱼ log softmax(z)ⱼ, with
 * q = (1 − labelSmoothing) · target + labelSmoothing / classes.
 *
 * <p>Logits are (classes), or with class ids (time, classes): a softmax and a target at every step.
 * The loss of such a row is the mean over its own steps, (1/T) Σₜ −Σⱼ qₜⱼ log softmax(zₜ)ⱼ, so that
 * a row weighs the same whatever its length, and a learning rate does not depend on the time axis.
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
    /** One float, the class's id, a whole number from 0; or one a step. */
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
  public TargetKind targetKind() {
    return targets == Targets.CLASS_IDS ? TargetKind.CLASSES : TargetKind.DISTRIBUTIONS;
  }

  @Override
  public void check(Shape output) {
    boolean steps = output.rank() == 2 && targets == Targets.CLASS_IDS;
    if (!(output.rank() == 1 || steps) || output.get(-1) < 2) {
      throw new IllegalArgumentException(
          "softmaxCrossEntropy expects one logit a class, at least 2, as an output (classes)%s;"
                  .formatted(targets == Targets.CLASS_IDS ? " or (time, classes)" : "")
              + " found an output of shape "
              + output);
    }
  }

  @Override
  public int targetWidth(Shape output) {
    return targets == Targets.DISTRIBUTIONS ? output.size() : output.size() / output.get(-1);
  }

  @Override
  public double sum(
      Outputs outputs, float[] targets, float[] weights, double @Nullable [] gradient) {
    Rows.begin(outputs, targetWidth(outputs.shape()), targets, weights, gradient);
    double[] q = new double[outputs.shape().get(-1)];
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      double weight = (double) weights[row] / outputs.ownSteps(row);
      double loss = 0;
      int to = outputs.to(row);
      for (int i = outputs.from(row); i < to; i += q.length) {
        target(outputs, targets, i / q.length, q);
        loss += step(outputs.values(), i, q, weight, gradient);
      }
      sum += weight * loss;
    }
    return sum;
  }

  /** Writes the smoothed target of a step, counted from the batch's first. */
  private void target(Outputs outputs, float[] targets, int step, double[] q) {
    int classes = q.length;
    double spread = labelSmoothing / classes;
    double kept = 1 - labelSmoothing;
    if (this.targets == Targets.CLASS_IDS) {
      Arrays.fill(q, spread);
      q[outputs.classId(targets, step)] += kept;
    } else {
      for (int j = 0; j < classes; j++) {
        q[j] = kept * targets[step * classes + j] + spread;
      }
    }
  }

  /** Returns the loss of the logits at {@code offset} and writes their weighted gradient. */
  private static double step(
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
