package org.invar.loss;

import java.util.Arrays;
import java.util.Objects;
import org.invar.tensor.Gradients;
import org.invar.tensor.Shape;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
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
  public void check(Type output) {
    Shape shape = output.shape();
    boolean steps = output.sequence() && targets == Targets.CLASS_IDS;
    if (!(shape.rank() == 1 || steps) || shape.get(-1) < 2) {
      throw new IllegalArgumentException(
          "softmaxCrossEntropy expects one logit a class, at least 2, as an output (classes)%s;"
                  .formatted(targets == Targets.CLASS_IDS ? " or (time, classes)" : "")
              + " found an output of shape "
              + shape);
    }
  }

  @Override
  public int targetWidth(Type output) {
    Shape shape = output.shape();
    return targets == Targets.DISTRIBUTIONS ? shape.size() : shape.size() / shape.get(-1);
  }

  @Override
  public double sum(Value outputs, float[] targets, float[] weights, @Nullable Gradients gradient) {
    int classes = outputs.units();
    Rows.require(outputs, this.targets == Targets.CLASS_IDS ? 1 : classes, targets, weights);
    double[] logits = new double[classes];
    double[] q = new double[classes];
    double[] dz = new double[classes];
    double sum = 0;
    for (int row = 0; row < outputs.rows(); row++) {
      double weight = (double) weights[row] / outputs.ownSteps(row);
      double loss = 0;
      for (int step = 0; step < outputs.ownSteps(row); step++) {
        outputs.read(row, step, logits);
        target(outputs, targets, row, step, q);
        loss += step(logits, q, weight, gradient == null ? null : dz);
        if (gradient != null) {
          gradient.write(row, step, dz);
        }
      }
      sum += weight * loss;
    }
    return sum;
  }

  /** Writes the smoothed target of a step. */
  private void target(Value outputs, float[] targets, int row, int step, double[] q) {
    int classes = q.length;
    double spread = labelSmoothing / classes;
    double kept = 1 - labelSmoothing;
    if (this.targets == Targets.CLASS_IDS) {
      Arrays.fill(q, spread);
      q[Rows.classId(outputs, targets, row, step)] += kept;
    } else {
      for (int j = 0; j < classes; j++) {
        q[j] = kept * targets[(row * outputs.steps() + step) * classes + j] + spread;
      }
    }
  }

  /** Returns the loss of a step and writes its weighted gradient. */
  private static double step(
      double[] logits, double[] q, double weight, double @Nullable [] gradient) {
    int classes = q.length;
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < classes; j++) {
      max = Math.max(max, logits[j]);
    }
    double partition = 0;
    for (int j = 0; j < classes; j++) {
      double exp = Math.exp(logits[j] - max);
      partition += exp;
      if (gradient != null) {
        gradient[j] = exp;
      }
    }
    double logPartition = Math.log(partition);
    double loss = 0;
    double mass = 0;
    for (int j = 0; j < classes; j++) {
      // A class of target 0 adds nothing, even where its logit is −∞.
      if (q[j] != 0) {
        loss += q[j] * (logPartition - (logits[j] - max));
        mass += q[j];
      }
    }
    if (gradient != null) {
      for (int j = 0; j < classes; j++) {
        gradient[j] = weight * (mass * (gradient[j] / partition) - q[j]);
      }
    }
    return loss;
  }
}
