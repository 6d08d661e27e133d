package org.invar.source;

import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.tensor.Shape;

/**
 * Finds out what the label's columns are, and refuses those that the network has no outputs for.
 */
final class LabelReader {
  private final Input input;
  private final Packing packing;
  private final StructType schema;
  private final List<String> label;
  private final ValueColumns columns;

  /**
   * Makes a reader.
   *
   * @param label the names of the label's columns
   * @param columns reads those of numbers
   */
  LabelReader(Input input, Packing packing, List<String> label, ValueColumns columns) {
    this.input = input;
    this.packing = packing;
    this.schema = input.rows().schema();
    this.label = label;
    this.columns = columns;
  }

  /** Refuses what can be refused before any row is read; does nothing for labels of numbers. */
  void check() {
    if (packing.targets().areClasses()) {
      StructField field = schema.apply(one());
      requireClasses(field);
      steps(field);
    }
  }

  /** Returns the one column of classes. */
  String one() {
    if (label.size() != 1) {
      throw InvarException.of(
          input.name(), "one label column of classes", label.toString(), "Name one.");
    }
    return label.get(0);
  }

  /** Returns the label's columns. */
  List<Feature> features() {
    if (packing.targets().areClasses()) {
      return List.of(classLabel(schema.apply(one())));
    }
    if (packing.steps() > 0) {
      return List.of(numbersAtEveryStep());
    }
    List<Feature> values = label.stream().map(columns::values).toList();
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

  private Feature numbersAtEveryStep() {
    if (label.size() != 1 || !ColumnTypes.isNumbers(schema.apply(label.get(0)).dataType())) {
      throw InvarException.of(
          input.name() + ", label " + label,
          "one column of arrays of numbers, as the network has outputs at every step",
          label.stream()
              .map(name -> schema.apply(name).dataType().simpleString())
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
    return packing.columns().lengths() && shape != null ? shape.get(0) : columns.length(field);
  }

  private Feature classLabel(StructField field) {
    int steps = steps(field);
    requireClasses(field);
    Feature feature =
        ClassLabels.of(input.name(), field.name(), columns.found().of(field.name()), packing);
    feature = steps > 0 ? feature.atEveryStep(steps) : feature;
    ColumnTypes.require(input.name(), field, feature);
    return feature;
  }

  /** Refuses a label of classes that is neither numbers nor text, before its rows are read. */
  private void requireClasses(StructField field) {
    DataType element = ColumnTypes.elementType(field.dataType());
    DataType type = element == null ? field.dataType() : element;
    if (!ColumnTypes.isNumber(type) && !ColumnTypes.isText(type)) {
      throw ColumnTypes.unsupported(input.name(), field, "classes");
    }
  }
}
