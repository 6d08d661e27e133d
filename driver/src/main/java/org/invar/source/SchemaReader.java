package org.invar.source;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.tensor.DType;
import org.invar.tensor.Shape;

/**
 * Finds out what each column of the training source is, and refuses what cannot be, before any row
 * is packed. Types of text, categories, classes and lengths of arrays are looked up in the data.
 */
final class SchemaReader {
  /** More numbers than a row can have where many rows are to fit memory: 64 MiB of floats. */
  private static final int MOST_FEATURES = 1 << 24;

  private final Input input;
  private final Packing packing;
  private final StructType schema;
  private final ColumnRoles roles;
  private final ValueColumns columns;
  private final LabelReader labels;

  private SchemaReader(Input input, Packing packing, Profile found) {
    this.input = input;
    this.packing = packing;
    this.schema = input.rows().schema();
    this.roles = ColumnRoles.of(input, packing.columns());
    this.columns = new ValueColumns(input, found);
    this.labels = new LabelReader(input, packing, roles.label(), columns);
  }

  /**
   * Returns what decides types, categories and classes: names and types of columns are checked, and
   * then the rows are gone through where they must be.
   */
  static Profile profile(Input input, Packing packing) {
    return new SchemaReader(input, packing, Profile.none()).profile();
  }

  /**
   * Returns the shape of the features, for which nothing but the categories must be looked at.
   *
   * @param found what columns of categories hold
   */
  static Shape shape(Input input, Packing packing, Profile found) {
    var reader = new SchemaReader(input, packing, found);
    return reader.shape(reader.features());
  }

  /**
   * Returns the preprocessing, not yet fitted.
   *
   * @param found what the columns hold
   */
  static Preprocessing read(Input input, Packing packing, Profile found) {
    return new SchemaReader(input, packing, found).preprocessing();
  }

  private Profile profile() {
    roles.check();
    labels.check();
    Map<String, Profile.Use> uses = new TreeMap<>();
    packing.columns().oneHot().forEach(column -> uses.put(column, Profile.Use.CATEGORIES));
    boolean classes = packing.targets().areClasses();
    if (classes) {
      uses.put(labels.one(), Profile.Use.CLASSES);
    }
    roles.numbers(!classes).stream()
        .filter(column -> ColumnTypes.isText(schema.apply(column).dataType()))
        .forEach(column -> uses.put(column, Profile.Use.NUMBERS));
    Profile profile = Profile.of(input, uses);
    if (packing.badRows() == BadRows.ERROR) {
      profile
          .fault()
          .ifPresent(
              bad -> {
                throw new InvarException(bad.message() + BadRows.REMEDY);
              });
    }
    return profile;
  }

  private Preprocessing preprocessing() {
    Columns named = packing.columns();
    List<Feature> features = features();
    requireNumbers();
    return new Preprocessing(
        input.pixels() == null ? DType.FLOAT32 : DType.UINT8,
        shape(features),
        features,
        packing.targets(),
        labels.features(),
        named.weight(),
        named.id(),
        packing.scale(),
        List.of(),
        List.of(),
        input.reading());
  }

  private List<Feature> features() {
    roles.check();
    Feature pixels = input.pixels();
    if (pixels != null) {
      return List.of(pixels);
    }
    Columns named = packing.columns();
    return named.lengths()
        ? List.of(sequence(roles.features()))
        : roles.features().stream()
            .map(
                column ->
                    named.oneHot().contains(column)
                        ? columns.category(column)
                        : columns.values(column))
            .toList();
  }

  /** Refuses text where numbers are expected, in all columns at once. */
  private void requireNumbers() {
    Profile found = columns.found();
    List<String> numbers =
        roles.numbers(!packing.targets().areClasses()).stream().filter(found::has).toList();
    Holes.requireNumbers(input.name(), numbers, found, packing.badRows());
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

  private Shape shape(List<Feature> features) {
    long all = features.stream().mapToLong(Feature::width).sum();
    if (all > MOST_FEATURES) {
      throw InvarException.of(
          input.name(),
          "at most " + MOST_FEATURES + " features a row",
          String.valueOf(all),
          "Name fewer columns, or such with shorter arrays.");
    }
    int width = (int) all;
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
