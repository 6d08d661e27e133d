package org.invar.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;

/**
 * What each column of a training source is for; what cannot be is refused by names and types alone.
 *
 * @param input the training source
 * @param named what the job says
 * @param features the columns of features; none where the source is pixels
 * @param label the columns of the label
 */
record ColumnRoles(Input input, Columns named, List<String> features, List<String> label) {
  /** Returns the roles that a job gives; folders' names have one only where it is given to them. */
  static ColumnRoles of(Input input, Columns named) {
    if (input.pixels() != null) {
      return new ColumnRoles(input, named, List.of(), List.of(Input.LABEL));
    }
    List<String> folders = input.folderColumns();
    List<String> others =
        Arrays.stream(input.rows().columns())
            .filter(
                column ->
                    !folders.contains(column)
                        && !named.label().contains(column)
                        && !column.equals(named.weight())
                        && !column.equals(named.id()))
            .toList();
    return new ColumnRoles(
        input, named, named.features().isEmpty() ? others : named.features(), named.label());
  }

  /** Returns the columns that are to be numbers. */
  List<String> numbers(boolean labelIsNumbers) {
    List<String> numbers = new ArrayList<>(features);
    numbers.removeAll(named.oneHot());
    if (labelIsNumbers) {
      numbers.addAll(label);
    }
    if (named.weight() != null) {
      numbers.add(named.weight());
    }
    return numbers;
  }

  /** Refuses names that are not there, columns in two roles and types that are no input. */
  void check() {
    if (input.pixels() != null) {
      requireNoColumns();
      input.requireClassFolders();
      return;
    }
    StructType schema = input.rows().schema();
    Set<String> columns = new LinkedHashSet<>(Arrays.asList(schema.fieldNames()));
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
    requireTypes(schema);
  }

  private void requireTypes(StructType schema) {
    // Types first, before any job looks for categories or lengths.
    if (named.id() != null) {
      ColumnTypes.requireId(input.name(), schema.apply(named.id()));
    }
    for (String column : features) {
      StructField field = schema.apply(column);
      boolean supported =
          ColumnTypes.isNumber(field.dataType())
              || ColumnTypes.isNumbers(field.dataType())
              || ColumnTypes.isText(field.dataType());
      if (!supported) {
        throw ColumnTypes.unsupported(input.name(), field, "numbers");
      }
    }
  }

  private void requireNoColumns() {
    if (!named.equals(Columns.of())) {
      throw InvarException.of(
          input.name(), "no named columns", named.toString(), "A source of pictures has none.");
    }
  }
}
