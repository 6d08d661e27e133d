package org.invar.source;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The value of a row in a column of arrays: as many numbers as the feature has, or a sequence of
 * whole steps.
 *
 * @param feature the column, of kind {@code NUMBERS} or {@code SEQUENCE}
 * @param elements the numbers, not yet checked one by one
 */
record NumberArray(Feature feature, List<?> elements) {
  /** Returns a value, or throws {@link BadValue} when it is none or not of a right length. */
  static NumberArray of(Feature feature, @Nullable Object value) {
    List<?> elements = elements(value);
    if (elements == null) {
      throw new BadValue(feature.column(), expected(feature), value);
    }
    int length = elements.size();
    boolean fits =
        feature.kind() == Feature.Kind.SEQUENCE
            ? length > 0 && length <= feature.width() && length % step(feature) == 0
            : length == feature.width();
    if (!fits) {
      throw new BadValue(feature.column(), expected(feature), length + " numbers");
    }
    return new NumberArray(feature, elements);
  }

  /** Returns the elements of an array or a vector, or null for what is neither. */
  static @Nullable List<?> elements(@Nullable Object value) {
    if (value instanceof Vector vector) {
      return Arrays.stream(vector.toArray()).boxed().toList();
    }
    return value instanceof scala.collection.Seq<?> seq ? CollectionConverters.asJava(seq) : null;
  }

  private static String expected(Feature feature) {
    return feature.kind() == Feature.Kind.SEQUENCE
        ? "1 to %d steps of %d numbers".formatted(feature.dimensions().get(0), step(feature))
        : feature.width() + " numbers";
  }

  /** Returns the steps of a sequence. */
  int steps() {
    return elements.size() / step(feature);
  }

  /** Returns this sequence, or throws {@link BadValue} when it is one of other steps. */
  NumberArray requireSteps(int steps) {
    if (steps() != steps) {
      throw new BadValue(
          feature.column(),
          "%d numbers, %d for each step of the row".formatted(steps * step(feature), step(feature)),
          elements.size() + " numbers");
    }
    return this;
  }

  private static int step(Feature feature) {
    return feature.dimensions().get(1);
  }

  /** Copies the numbers. */
  void copy(double[] out, int at) {
    for (int i = 0; i < elements.size(); i++) {
      out[at + i] =
          ColumnReader.number(feature.column() + "[" + i + "]", elements.get(i), ValueType.NUMBER);
    }
  }
}
