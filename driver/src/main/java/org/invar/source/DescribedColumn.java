package org.invar.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;

/**
 * A column of the training source as people want to see it.
 *
 * @param name its name
 * @param type what its values are
 * @param role what it is for; where it is for nothing, why
 * @param values how many rows have one
 * @param missing how many rows have none
 * @param statistics of the values; may be empty
 */
public record DescribedColumn(
    String name, String type, String role, long values, long missing, String statistics) {
  /**
   * Describes every column, for which it goes through the rows.
   *
   * @param train the training source
   * @param schema what its columns are
   */
  public static List<DescribedColumn> of(Input train, Preprocessing schema) {
    Map<String, Profile.Use> uses = new TreeMap<>();
    StructField[] fields = train.rows().schema().fields();
    for (StructField field : fields) {
      if (train.pixels() == null || !field.name().equals(train.pixels().column())) {
        uses.put(field.name(), use(field.dataType(), label(field.name(), schema)));
      }
    }
    Profile found = Profile.of(train, uses);
    List<DescribedColumn> described = new ArrayList<>();
    for (StructField field : fields) {
      String role = role(train, schema, field.name());
      if (found.has(field.name())) {
        ColumnProfile column = found.of(field.name());
        Profile.Use use = uses.getOrDefault(field.name(), Profile.Use.MISSING);
        described.add(
            new DescribedColumn(
                Names.shown(field.name()),
                type(field, schema, column),
                role,
                column.values(),
                column.missing(),
                statistics(use, column, label(field.name(), schema).isPresent())));
      } else {
        described.add(new DescribedColumn(field.name(), "pixels", role, 0, 0, ""));
      }
    }
    return described;
  }

  private static Profile.Use use(DataType type, Optional<Feature> label) {
    boolean classes = label.filter(found -> found.kind() == Feature.Kind.CLASS).isPresent();
    if (ColumnTypes.elementType(type) != null) {
      return classes ? Profile.Use.CLASSES : Profile.Use.LENGTHS;
    }
    return ColumnTypes.isNumber(type) || ColumnTypes.isText(type)
        ? Profile.Use.STATISTICS
        : Profile.Use.MISSING;
  }

  private static Optional<Feature> label(String column, Preprocessing schema) {
    return schema.labels().stream().filter(one -> one.column().equals(column)).findFirst();
  }

  private static String type(StructField field, Preprocessing schema, ColumnProfile found) {
    if (!ColumnTypes.isText(field.dataType())) {
      return field.dataType().simpleString();
    }
    ValueType type =
        Stream.concat(schema.features().stream(), schema.labels().stream())
            .filter(feature -> feature.column().equals(field.name()))
            .map(Feature::values)
            .findFirst()
            .orElse(found.type());
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static String role(Input train, Preprocessing schema, String column) {
    Optional<Feature> feature =
        schema.features().stream().filter(one -> one.column().equals(column)).findFirst();
    Optional<Feature> label = label(column, schema);
    if (feature.isPresent()) {
      return switch (feature.get().kind()) {
        case NUMBER -> "input";
        case CATEGORY -> feature.get().width() + " inputs, one a category";
        case SEQUENCE -> "inputs at every step";
        default -> feature.get().width() + " inputs";
      };
    }
    if (label.isPresent()) {
      return label.get().kind() == Feature.Kind.CLASS
          ? "label of " + label.get().categories().size() + " classes"
          : "label";
    }
    if (column.equals(schema.weight()) || column.equals(schema.id())) {
      return column.equals(schema.id()) ? "id" : "weight";
    }
    return train.folderColumns().contains(column)
        ? "none: from folders' names, an input only if features names it"
        : "none";
  }

  private static String statistics(Profile.Use use, ColumnProfile found, boolean label) {
    return switch (use) {
      case MISSING, NUMBERS -> "";
      case LENGTHS -> "lengths " + found.range();
      case CATEGORIES, CLASSES -> found.different();
      case STATISTICS ->
          found.type() == ValueType.TEXT || found.type() == ValueType.BOOLEAN || label
              ? found.different()
              : found.range();
    };
  }
}
