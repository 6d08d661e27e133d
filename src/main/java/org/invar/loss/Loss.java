package org.invar.loss;

import java.io.Serializable;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What training minimizes: a function of a network's raw outputs (logits, not probabilities) and of
 * targets, one value a row.
 *
 * <p>A loss is an immutable value and may be shared by threads. It computes in float64 and takes
 * the rows in order, so that a shard's sum is the same wherever it is computed.
 */
public interface Loss extends Serializable {
  /** Returns what a row's targets are; labels, scores and steps of sequences follow from it. */
  TargetKind targetKind();

  /**
   * Refuses output shapes to which the loss does not apply.
   *
   * @param output the shape of one row of the network's output
   * @throws IllegalArgumentException with the shape expected and the shape found
   */
  void check(Shape output);

  /**
   * Returns how many floats one row of targets has.
   *
   * @param output a shape that {@link #check} accepts
   */
  int targetWidth(Shape output);

  /**
   * Returns Σᵢ weightᵢ · lossᵢ, a sum over the rows and not their mean, and its gradient with
   * respect to the output.
   *
   * <p>The loss of a row that is a sequence with a length is the mean over its own steps, so a row
   * weighs the same whatever its length. Padding adds nothing, its gradient is 0, and its targets
   * are not looked at. No rows give 0. A NaN among the outputs that count makes the sum NaN.
   *
   * @param outputs of the rows, and which of them count
   * @param targets (rows, {@link #targetWidth})
   * @param weights (rows), the examples' weights
   * @param gradient of all outputs, row-major, overwritten; null when only the sum is wanted
   * @throws IllegalArgumentException when lengths do not fit or a target is not one of this loss
   */
  double sum(Outputs outputs, float[] targets, float[] weights, double @Nullable [] gradient);
}
