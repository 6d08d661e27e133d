package org.invar.loss;

import java.io.Serializable;
import org.invar.tensor.Gradients;
import org.invar.tensor.Type;
import org.invar.tensor.Value;
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
   * Refuses outputs to which the loss does not apply.
   *
   * @param output the type of the network's output
   * @throws IllegalArgumentException with the shape expected and the shape found
   */
  void check(Type output);

  /**
   * Returns how many floats one row of targets has.
   *
   * @param output a type that {@link #check} accepts
   */
  int targetWidth(Type output);

  /**
   * Returns Σᵢ weightᵢ · lossᵢ, a sum over the rows and not their mean, and its gradient with
   * respect to the output.
   *
   * <p>The loss of a row that is a sequence with a length is the mean over its own steps, so a row
   * weighs the same whatever its length. Padding adds nothing, has no gradient, and its targets are
   * not looked at. No rows give 0. A NaN among the outputs that count makes the sum NaN.
   *
   * @param outputs of the rows, {@link Value#dense}; read step by step, as copies of all outputs in
   *     float64 may be larger than everything else
   * @param targets (rows, {@link #targetWidth})
   * @param weights (rows), the examples' weights
   * @param gradient takes that of every own step; null when only the sum is wanted
   * @throws IllegalArgumentException when lengths do not fit or a target is not one of this loss
   */
  double sum(Value outputs, float[] targets, float[] weights, @Nullable Gradients gradient);
}
