package org.invar.source;

import java.util.List;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What a job says about its data, beside where it is.
 *
 * @param columns what each column of a table is for
 * @param targets what the label is
 * @param outputs the number of classes, or of numbers of a label; 0 takes it from the data
 * @param steps the steps of a label that is an array with an entry, a class or some numbers, for
 *     each step of the row; 0 where it belongs to the row as a whole, and where outputs is 0
 * @param classes names of the classes in the order of their ids; empty takes the label's different
 *     values in their own order, and numbers below outputs for ids. Names that are values of the
 *     label's type are those values, and else numbers are ids
 * @param shape the tensor that a row's features make, or null for the source's own
 * @param scale what features are divided by; without effect where they are standardized
 * @param standardize whether every feature gets mean 0 and variance 1 over the training split
 * @param classFactors what a training row's weight is multiplied by
 * @param devFraction the part of the training source that becomes the dev split
 * @param testFraction the part of the training source that becomes the test split
 * @param badRows what becomes of rows that cannot be used
 * @param seed the run's seed, which decides splits and shards
 */
public record Packing(
    Columns columns,
    Targets targets,
    int outputs,
    int steps,
    List<String> classes,
    @Nullable Shape shape,
    double scale,
    boolean standardize,
    ClassFactors classFactors,
    double devFraction,
    double testFraction,
    BadRows badRows,
    long seed) {
  /** Refuses fractions that leave nothing to train on, and factors without classes. */
  public Packing {
    classes = List.copyOf(classes);
    if (outputs < 0 || steps < 0) {
      throw new IllegalArgumentException(
          "outputs=" + outputs + " or steps=" + steps + " is negative");
    }
    if (scale == 0 || !Double.isFinite(scale)) {
      throw new IllegalArgumentException("scale=" + scale + " is zero or not finite");
    }
    if (!(devFraction >= 0 && testFraction >= 0 && devFraction + testFraction < 1)) {
      throw new IllegalArgumentException(
          "devFraction="
              + devFraction
              + " and testFraction="
              + testFraction
              + " are negative or leave no rows to train on");
    }
    if (!(classFactors instanceof ClassFactors.Equal) && (!targets.areClasses() || steps > 0)) {
      throw new IllegalArgumentException(
          "classFactors=%s need one class a row, targets=%s, steps=%d"
              .formatted(classFactors, targets, steps));
    }
  }

  /** Returns what is assumed of data unless more is said. */
  public static Packing of(Targets targets) {
    return new Packing(
        Columns.of(),
        targets,
        0,
        0,
        List.of(),
        null,
        1,
        false,
        new ClassFactors.Equal(),
        0,
        0,
        BadRows.ERROR,
        1);
  }
}
