package org.invar.loss;

import org.invar.tensor.Value;

/** What losses and metrics ask of a batch's arrays: that they fit, and which class a target is. */
public final class Rows {
  private Rows() {}

  /**
   * Refuses targets and weights of other rows than the outputs are of.
   *
   * @param outputs of the rows
   * @param targetsPerStep how many targets every step has; where rows are no sequences, every row
   * @throws IllegalArgumentException naming expected and found
   */
  public static void require(Value outputs, int targetsPerStep, float[] targets, float[] weights) {
    requireTargets(outputs, targetsPerStep, targets);
    requireLength("weights", weights.length, outputs.rows());
  }

  /** Refuses targets of other rows than the outputs are of. */
  public static void requireTargets(Value outputs, int targetsPerStep, float[] targets) {
    long steps = (long) outputs.rows() * outputs.steps();
    requireLength("targets", targets.length, steps * targetsPerStep);
  }

  /**
   * Refuses an array of another length.
   *
   * @throws IllegalArgumentException naming expected and found
   */
  public static void requireLength(String name, int found, long expected) {
    if (found != expected) {
      throw new IllegalArgumentException(name + " has " + found + " values, expected " + expected);
    }
  }

  /**
   * Returns the class that a step's target is, of as many as there are outputs.
   *
   * @param targets one a step, row by row
   * @param step 0 where rows are no sequences
   * @throws IllegalArgumentException when it is no class
   */
  public static int classId(Value outputs, float[] targets, int row, int step) {
    float target = targets[row * outputs.steps() + step];
    int id = (int) target;
    if (id != target || id < 0 || id >= outputs.units()) {
      throw new IllegalArgumentException(
          "target %s of row %d%s is not a class id in [0, %d)"
              .formatted(
                  target, row, outputs.sequence() ? ", step " + step + "," : "", outputs.units()));
    }
    return id;
  }
}
