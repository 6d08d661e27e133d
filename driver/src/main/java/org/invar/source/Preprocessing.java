package org.invar.source;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.invar.data.Normalization;
import org.invar.data.RowLayout;
import org.invar.tensor.DType;
import org.invar.tensor.Field;
import org.invar.tensor.Float32;
import org.invar.tensor.Shape;
import org.invar.tensor.Time;
import org.invar.tensor.Type;
import org.jspecify.annotations.Nullable;

/**
 * Everything that turns a row into a network's input and target; saved with the model, so that
 * prediction does exactly what training did.
 *
 * @param type how features are stored
 * @param shape the tensor that a row's features make
 * @param features the feature columns, in order
 * @param targets what the label is
 * @param labels the label columns, in order; one of kind {@code CLASS} for classes and binary
 * @param weight the column of example weights, or null
 * @param id the column that identifies rows, or null
 * @param scale what features are divided by, unless they are standardized
 * @param means of each column of {@link #columns} over the training split; empty when not
 *     standardized
 * @param variances of the same columns; empty when not standardized
 * @param reading the options that make other files mean what the training source's did: of LibSVM,
 *     how many features there are and whether indices count from 0; empty for other formats
 */
public record Preprocessing(
    DType type,
    Shape shape,
    List<Feature> features,
    Targets targets,
    List<Feature> labels,
    @Nullable String weight,
    @Nullable String id,
    double scale,
    List<Double> means,
    List<Double> variances,
    Map<String, String> reading)
    implements Serializable {
  /** The place of the one input among a row's fields. */
  static final int FEATURES = 0;

  /** The place of the one target. */
  static final int LABEL = 1;

  private static final String INPUT = "features";
  private static final String TARGET = "label";

  /** Copies the lists. */
  public Preprocessing {
    features = List.copyOf(features);
    labels = List.copyOf(labels);
    means = List.copyOf(means);
    variances = List.copyOf(variances);
    reading = Map.copyOf(reading);
  }

  /** Returns the number of outputs that a network for these targets has. */
  public int outputs() {
    return targets == Targets.CLASSES ? classes().size() : targetWidth();
  }

  /** Returns the classes by id, for targets of classes and binary ones; else an empty list. */
  public List<String> classes() {
    return targets.areClasses() ? labels.get(0).categories() : List.of();
  }

  /** Returns the numbers that a row's label takes. */
  public int targetWidth() {
    return labels.stream().mapToInt(Feature::width).sum();
  }

  /** Returns the fields of a row: the features and the label. */
  public RowLayout layout() {
    return new RowLayout(List.of(Field.of(INPUT, type, input(shape, lengths()))), List.of(label()));
  }

  private Field label() {
    DType dtype = targets.areClasses() ? DType.INT32 : DType.FLOAT32;
    Feature first = labels.get(0);
    List<Integer> axes = first.dimensions();
    boolean classAtEveryStep = first.kind() == Feature.Kind.CLASS && !axes.isEmpty();
    if (!classAtEveryStep && first.kind() != Feature.Kind.SEQUENCE) {
      return Field.of(TARGET, dtype, Type.of(Shape.of(targetWidth())));
    }
    Shape steps = Shape.of(axes.get(0), classAtEveryStep ? 1 : axes.get(1));
    return lengths()
        ? new Field(TARGET, dtype, new Type(steps, Time.RAGGED), INPUT)
        : Field.of(TARGET, dtype, new Type(steps, Time.FIXED));
  }

  /** Returns whether a row is a sequence with a length of its own. */
  public boolean lengths() {
    return features.get(0).kind() == Feature.Kind.SEQUENCE;
  }

  /**
   * Returns the type of inputs of a shape: what is given two axes is a sequence (time, features).
   *
   * @param lengths whether each row is as long as its array
   */
  public static Type input(Shape shape, boolean lengths) {
    if (lengths && shape.rank() != 2) {
      throw new IllegalArgumentException(
          "expected a sequence (time, features), found shape " + shape);
    }
    Time whole = shape.rank() == 2 ? Time.FIXED : Time.NONE;
    return new Type(shape, lengths ? Time.RAGGED : whole);
  }

  /**
   * Returns how many columns of numbers are standardized: one a feature, and of sequences one a
   * feature of a step, whose own steps are its values.
   */
  int columns() {
    return lengths() ? features.get(0).dimensions().get(1) : shape.size();
  }

  /** Returns the name of one of {@link #columns}. */
  String column(int column) {
    int at = column;
    for (Feature feature : features) {
      if (at < feature.width()) {
        return feature.column() + (feature.width() == 1 ? "" : "[" + at + "]");
      }
      at -= feature.width();
    }
    throw new IndexOutOfBoundsException(column);
  }

  /** Returns what a number of a row must be to become an input, for messages. */
  String expected(int number) {
    if (means.isEmpty()) {
      return scale == 1
          ? "a number that is " + Float32.RANGE
          : "a number that divided by scale=%s is %s".formatted(scale, Float32.RANGE);
    }
    int column = number % means.size();
    return "a number that float32 has when it is standardized: mean %s, standard deviation %s"
        .formatted(means.get(column), Math.sqrt(variances.get(column)));
  }

  /** Returns how a row's numbers become the network's inputs. */
  public Normalization normalization() {
    return means.isEmpty()
        ? Normalization.scaling(scale)
        : Normalization.standardizing(
            means.stream().mapToDouble(Double::doubleValue).toArray(),
            variances.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Returns the same for rows that nothing but their content identifies. */
  public Preprocessing withoutId() {
    return new Preprocessing(
        type, shape, features, targets, labels, weight, null, scale, means, variances, reading);
  }

  /** Returns the same, standardizing with those means and variances. */
  Preprocessing standardizing(List<Double> fittedMeans, List<Double> fittedVariances) {
    return new Preprocessing(
        type,
        shape,
        features,
        targets,
        labels,
        weight,
        id,
        scale,
        fittedMeans,
        fittedVariances,
        reading);
  }
}
