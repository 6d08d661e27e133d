package org.invar.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.data.FeatureType;
import org.invar.param.Shape;

/**
 * Finds out what each column of the training source is, and refuses what cannot be, before any row
 * is packed. Categories, text classes and lengths of arrays are looked up in the data.
 */
final class SchemaReader {
  private final Input input;
  private final Packing packing;
  private final StructType schema;
  private final List<String> columns;

  private SchemaReader(Input input, Packing packing) {
    this.input = input;
    this.packing = packing;
    this.schema = input.rows().schema();
    this.columns = Arrays.asList(schema.fieldNames());
  }

  /** Returns the preprocessing, not yet fitted, without classes where they are unknown numbers. */
  static Preprocessing read(Input input, Packing packing) {
    return new SchemaReader(input, packing).preprocessing();
  }

  private Preprocessing preprocessing() {
    Columns named = packing.columns();
    Feature pixels = input.pixels();
    List<Feature> features;
    List<Feature> labels;
    if (pixels == null) {
      List<String> featureColumns = featureColumns(named);
      check(named, featureColumns);
      features =
          named.lengths()
              ? List.of(sequence(featureColumns))
              : featureColumns.stream().map(this::feature).toList();
      labels = labels(named.label());
    } else {
      if (!named.equals(Columns.of())) {
        throw InvarException.of(
            input.name(), "no named columns", named.toString(), "A source of pictures has none.");
      }
      input.requireClassFolders();
      features = List.of(pixels);
      labels = labels(List.of("label"));
    }
    return new Preprocessing(
        pixels == null ? FeatureType.FLOAT32 : FeatureType.UINT8,
        shape(features),
        features,
        packing.targets(),
        labels,
        named.weight(),
        named.id(),
        packing.scale(),
        List.of(),
        List.of());
  }

  private List<String> featureColumns(Columns named) {
    if (!named.features().isEmpty()) {
      return named.features();
    }
    return columns.stream()
        .filter(
            column ->
                !named.label().contains(column)
                    && !column.equals(named.weight())
                    && !column.equals(named.id()))
        .toList();
  }

  private void check(Columns named, List<String> features) {
    List<String> all = new ArrayList<>(features);
    all.addAll(named.label());
    all.addAll(named.oneHot());
    if (named.weight() != null) {
      all.add(named.weight());
    }
    if (named.id() != null) {
      all.add(named.id());
    }
    all.forEach(column -> Names.require(input.name(), column, columns));
    if (features.isEmpty() || named.label().isEmpty()) {
      throw InvarException.of(
          input.name(),
          "at least one column of features and one label",
          "features " + features + ", label " + named.label(),
          "Name the label's column, and the features' when they are not all the others.");
    }
    named.oneHot().forEach(column -> Names.require("oneHot of " + input.name(), column, features));
    for (String label : named.label()) {
      if (features.contains(label)) {
        throw InvarException.of(
            input.name(), "a label that is no feature", label, "Take it out of features.");
      }
    }
    // Types first, before any job looks for categories or lengths.
    if (named.id() != null) {
      ColumnTypes.requireId(input.name(), schema.apply(named.id()));
    }
    for (String column : features) {
      StructField field = schema.apply(column);
      boolean supported =
          ColumnTypes.isNumber(field.dataType())
              || ColumnTypes.isNumbers(field.dataType())
              || (ColumnTypes.isText(field.dataType()) && named.oneHot().contains(column));
      if (!supported) {
        throw ColumnTypes.unsupported(input.name(), field, "numbers");
      }
    }
  }

  private Feature sequence(List<String> features) {
    Shape shape = packing.shape();
    boolean one =
        features.size() == 1 && ColumnTypes.isNumbers(schema.apply(features.get(0)).dataType());
    if (!one || shape == null || shape.rank() != 2) {
      throw InvarException.of(
          input.name(),
          "one column of features, an array of numbers, and a shape [time, features] for sequences"
              + " with lengths",
          "features " + features + ", shape " + shape,
          "Name one column in features and give shape, or leave lengths out.");
    }
    return Feature.sequence(features.get(0), shape.get(0), shape.get(1));
  }

  private Feature feature(String column) {
    if (packing.columns().oneHot().contains(column)) {
      return Feature.category(column, distinct(column));
    }
    return values(column);
  }

  private Feature values(String column) {
    StructField field = schema.apply(column);
    if (ColumnTypes.isNumber(field.dataType())) {
      return Feature.number(column);
    }
    if (ColumnTypes.isNumbers(field.dataType())) {
      return Feature.numbers(column, length(field));
    }
    throw ColumnTypes.unsupported(input.name(), field, "numbers");
  }

  private List<Feature> labels(List<String> label) {
    if (packing.targets().areClasses()) {
      if (label.size() != 1) {
        throw InvarException.of(
            input.name(), "one label column of classes", label.toString(), "Name one.");
      }
      return List.of(classLabel(schema.apply(label.get(0))));
    }
    if (packing.steps() > 0) {
      return List.of(numbersAtEveryStep(label));
    }
    List<Feature> values = label.stream().map(this::values).toList();
    int width = values.stream().mapToInt(Feature::width).sum();
    if (packing.outputs() > 0 && packing.outputs() != width) {
      throw InvarException.of(
          input.name() + ", label " + label,
          packing.outputs() + " numbers, one for each output",
          String.valueOf(width),
          "Name other label columns, or change the network's outputs.");
    }
    return values;
  }

  private Feature numbersAtEveryStep(List<String> label) {
    if (label.size() != 1 || !ColumnTypes.isNumbers(schema.apply(label.get(0)).dataType())) {
      throw InvarException.of(
          input.name() + ", label " + label,
          "one column of arrays of numbers, as the network has outputs at every step",
          label.stream()
              .map(column -> schema.apply(column).dataType().simpleString())
              .toList()
              .toString(),
          "Name such a column, or end the network with outputs of the row alone.");
    }
    return Feature.sequence(label.get(0), packing.steps(), packing.outputs() / packing.steps());
  }

  /** The steps of a label of classes; 0 where it is one class. */
  private int steps(StructField field) {
    if (packing.outputs() > 0) {
      ColumnTypes.requireSteps(input.name(), field, packing.steps() > 0);
      return packing.steps();
    }
    if (ColumnTypes.elementType(field.dataType()) == null) {
      return 0;
    }
    if (packing.targets() == Targets.BINARY) {
      throw InvarException.of(
          input.name() + ", column " + field.name(),
          "one yes or no a row, as binaryCrossEntropy takes it",
          field.dataType().simpleString(),
          "Name another column, or use softmaxCrossEntropy with an output a class at every step.");
    }
    Shape shape = packing.shape();
    return packing.columns().lengths() && shape != null ? shape.get(0) : length(field);
  }

  private Feature classLabel(StructField field) {
    int steps = steps(field);
    DataType element = ColumnTypes.elementType(field.dataType());
    boolean text = ColumnTypes.isText(element == null ? field.dataType() : element);
    int wanted = packing.targets() == Targets.BINARY ? 2 : packing.outputs();
    List<String> classes = packing.classes();
    if (classes.isEmpty() && text) {
      classes = distinct(field.name());
    } else if (classes.isEmpty() && wanted > 0) {
      classes = IntStream.range(0, wanted).mapToObj(String::valueOf).toList();
    }
    if (wanted > 0 && classes.size() != wanted) {
      throw InvarException.of(
          input.name() + ", column " + field.name(),
          wanted + " classes",
          classes.size() + ": " + classes,
          "Change the network's outputs, or name the classes.");
    }
    if (!classes.isEmpty()) {
      packing.classFactors().check(input.name(), classes);
    }
    boolean named =
        text
            || (!packing.classes().isEmpty()
                && classes.stream().allMatch(name -> Feature.parsed(name).isPresent()));
    Feature feature =
        named
            ? Feature.namedClasses(field.name(), classes)
            : Feature.classes(field.name(), classes);
    if (steps > 0) {
      feature = feature.atEveryStep(steps);
    }
    ColumnTypes.require(input.name(), field, feature);
    return feature;
  }

  /**
   * The values of a column, or of its arrays' entries, as text, sorted. Nulls are left for the
   * check of rows to name.
   */
  private List<String> distinct(String column) {
    Column named = ColumnTypes.column(input.rows(), column);
    boolean array = schema.apply(column).dataType() instanceof ArrayType;
    Dataset<Row> values = input.rows().select(array ? functions.explode(named) : named).distinct();
    List<String> found =
        SparkFailures.explained(input.name(), values::collectAsList).stream()
            .filter(row -> !row.isNullAt(0))
            .map(row -> row.get(0).toString())
            .sorted()
            .toList();
    if (found.isEmpty()) {
      throw InvarException.of(
          input.name() + ", column " + column, "values", "none", "Name another source or column.");
    }
    return found;
  }

  private int length(StructField field) {
    if (field.metadata().contains("numFeatures")) {
      return Math.toIntExact(field.metadata().getLong("numFeatures"));
    }
    Column column = ColumnTypes.column(input.rows(), field.name());
    List<Row> first =
        SparkFailures.explained(
            input.name(),
            () -> input.rows().select(column).where(column.isNotNull()).takeAsList(1));
    if (first.isEmpty()) {
      throw InvarException.of(
          input.name() + ", column " + field.name(), "numbers", "none", "Name another column.");
    }
    Object value = first.get(0).get(0);
    return value instanceof Vector vector ? vector.size() : first.get(0).getList(0).size();
  }

  private Shape shape(List<Feature> features) {
    int width = features.stream().mapToInt(Feature::width).sum();
    Shape shape = packing.shape();
    if (shape == null) {
      return features.size() == 1 && !features.get(0).dimensions().isEmpty()
          ? new Shape(features.get(0).dimensions())
          : Shape.of(width);
    }
    if (shape.size() != width) {
      throw InvarException.of(
          input.name() + ", shape " + shape,
          shape.size() + " features a row",
          String.valueOf(width),
          "Give a shape of "
              + width
              + " elements, name other columns, or set lengths: true where rows are sequences of"
              + " different lengths.");
    }
    return shape;
  }
}
