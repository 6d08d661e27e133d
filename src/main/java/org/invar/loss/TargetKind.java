package org.invar.loss;

/**
 * What the targets of a loss are: by it labels are read, scores are chosen, and it is known whether
 * a sequence may have a target at every step.
 */
public enum TargetKind {
  /** The id of one class of several; of a sequence one at every step. */
  CLASSES,
  /** A probability for every class. */
  DISTRIBUTIONS,
  /** A yes or a no, 1 or 0, for one output a row. */
  YES_OR_NO,
  /** Numbers; of a sequence with lengths as many at every step. */
  NUMBERS
}
