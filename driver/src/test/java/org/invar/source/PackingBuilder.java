package org.invar.source;

import java.util.List;
import org.invar.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** What a test says about its data, beside what is assumed of any. */
final class PackingBuilder {
  private final Targets targets;
  private final Columns columns;
  private int outputs;
  private int steps;
  private List<String> classes = List.of();
  private @Nullable Shape shape;
  private double scale = 1;
  private boolean standardize;
  private ClassFactors factors = new ClassFactors.Equal();
  private double dev;
  private double test;
  private BadRows badRows = BadRows.ERROR;
  private long seed = 1;

  private PackingBuilder(Targets targets, Columns columns) {
    this.targets = targets;
    this.columns = columns;
  }

  static PackingBuilder of(Targets targets, Columns columns) {
    return new PackingBuilder(targets, columns);
  }

  PackingBuilder outputs(int number) {
    outputs = number;
    return this;
  }

  PackingBuilder steps(int number) {
    steps = number;
    return this;
  }

  PackingBuilder classes(List<String> names) {
    classes = names;
    return this;
  }

  PackingBuilder shape(@Nullable Shape ofRow) {
    shape = ofRow;
    return this;
  }

  PackingBuilder scale(double divisor) {
    scale = divisor;
    return this;
  }

  PackingBuilder standardize() {
    standardize = true;
    return this;
  }

  PackingBuilder factors(ClassFactors ofClasses) {
    factors = ofClasses;
    return this;
  }

  PackingBuilder dev(double fraction) {
    dev = fraction;
    return this;
  }

  PackingBuilder test(double fraction) {
    test = fraction;
    return this;
  }

  PackingBuilder seed(long value) {
    seed = value;
    return this;
  }

  PackingBuilder skipBadRows() {
    badRows = BadRows.SKIP;
    return this;
  }

  Packing build() {
    return new Packing(
        columns,
        targets,
        outputs,
        steps,
        classes,
        shape,
        scale,
        standardize,
        factors,
        dev,
        test,
        badRows,
        seed);
  }
}
