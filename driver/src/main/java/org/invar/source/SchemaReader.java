package org.invar.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BooleanType;
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
  /** The rows that say how long arrays are. */
  private static final int FIRST_ROWS = 100;

  /** More numbers than a row can have where many rows are to fit memory: 64 MiB of floats. */
  private static final int MOST_FEATURES = 1 << 24;

  private final Input input;
  private final Packing packing;
  private final StructType schema;
  private final List<String> columns;
  private final Profile found;

  private SchemaReader(Input input, Packing packing, Profile found) {
    this.input = input;
    this.packing = packing;
    this.found = found;
    this.schema = input.rows().schema();
    this.columns = Arrays.asList(schema.fieldNames());
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
    Map<String, Profile.Use> uses = new TreeMap<>();
    Columns named = packing.columns();
    List<String> numbers =
        new ArrayList<>(input.pixels() == null ? featureColumns(named) : List.of());
    List<String> label = input.pixels() == null ? named.label() : List.of(Input.LABEL);
    if (input.pixels() == null) {
      check(named, numbers);
      named.oneHot().forEach(column -> uses.put(column, Profile.Use.CATEGORIES));
      numbers.removeAll(named.oneHot());
    } else {
      requireNoColumns(named);
    }
    if (packing.targets().areClasses()) {
      uses.put(requireOne(label), Profile.Use.CLASSES);
    } else {
      numbers.addAll(label);
    }
    if (named.weight() != null) {
      numbers.add(named.weight());
    }
    numbers.stream()
        .filter(column -> ColumnTypes.isText(schema.apply(column).dataType()))
        .forEach(column -> uses.put(column, Profile.Use.NUMBERS));
    Profile profile = Profile.of(input, uses);
    if (packing.badRows() == BadRows.ERROR) {
      profile
          .fault()
          .ifPresent(
              bad -> {
                throw new InvarException(bad.message());
              });
    }
    return profile;
  }

  private Preprocessing preprocessing() {
    Columns named = packing.columns();
    boolean table = input.pixels() == null;
    List<Feature> features = features();
    if (table) {
      requireNumbers(named, featureColumns(named));
    }
    return new Preprocessing(
        table ? FeatureType.FLOAT32 : FeatureType.UINT8,
        shape(features),
        features,
        packing.targets(),
        labels(table ? named.label() : List.of(Input.LABEL)),
        named.weight(),
        named.id(),
        packing.scale(),
        List.of(),
        List.of(),
        input.reading());
  }

  private List<Feature> features() {
    Columns named = packing.columns();
    Feature pixels = input.pixels();
    if (pixels != null) {
      requireNoColumns(named);
      input.requireClassFolders();
      return List.of(pixels);
    }
    List<String> features = featureColumns(named);
    check(named, features);
    return named.lengths()
        ? List.of(sequence(features))
        : features.stream().map(this::feature).toList();
  }

  private void requireNoColumns(Columns named) {
    if (!named.equals(Columns.of())) {
      throw InvarException.of(
          input.name(), "no named columns", named.toString(), "A source of pictures has none.");
    }
  }

  /** Refuses text where numbers are expected, in all columns at once. */
  private void requireNumbers(Columns named, List<String> features) {
    List<String> numbers = new ArrayList<>(features);
    numbers.removeAll(named.oneHot());
    if (!packing.targets().areClasses()) {
      numbers.addAll(named.label());
    }
    if (named.weight() != null) {
      numbers.add(named.weight());
    }
    Holes.requireNumbers(
        input.name(), numbers.stream().filter(found::has).toList(), found, packing.badRows());
  }

  private List<String> featureColumns(Columns named) {
    if (!named.features().isEmpty()) {
      return named.features();
    }
    List<String> folders = input.folderColumns();
    return columns.stream()
        .filter(column -> !folders.contains(column))
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
              || ColumnTypes.isText(field.dataType());
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
    return packing.columns().oneHot().contains(column) ? category(column) : values(column);
  }

  private Feature category(String column) {
    ColumnProfile values = found.of(column);
    String place = input.name() + ", column " + Names.shown(column);
    if (values.isOverLimit()) {
      throw InvarException.of(
          place,
          String.format(
              Locale.ROOT,
              "at most %,d categories in oneHot, each of which is an input",
              Profile.Use.CATEGORIES.limit),
          "more different values",
          "Leave it out, or give its rare values one name; so many are for an embedding, by number,"
              + " and not for oneHot.");
    }
    if (values.values() == 0) {
      throw InvarException.of(place, "values", "none", "Name another source or column.");
    }
    return Feature.category(
        column,
        ColumnTypes.isText(schema.apply(column).dataType()) ? ValueType.TEXT : values.type(),
        values.distinct().keySet().stream().sorted(ClassLabels.BY_CODE_POINT).toList());
  }

  private Feature values(String column) {
    StructField field = schema.apply(column);
    if (ColumnTypes.isText(field.dataType())) {
      boolean truth = found.has(column) && found.of(column).type() == ValueType.BOOLEAN;
      return Feature.number(column, truth ? ValueType.BOOLEAN : ValueType.NUMBER);
    }
    if (ColumnTypes.isNumber(field.dataType())) {
      boolean truth = field.dataType() instanceof BooleanType;
      return Feature.number(column, truth ? ValueType.BOOLEAN : ValueType.NUMBER);
    }
    if (ColumnTypes.isNumbers(field.dataType())) {
      return Feature.numbers(column, length(field));
    }
    throw ColumnTypes.unsupported(input.name(), field, "numbers");
  }

  private String requireOne(List<String> label) {
    if (label.size() != 1) {
      throw InvarException.of(
          input.name(), "one label column of classes", label.toString(), "Name one.");
    }
    return label.get(0);
  }

  private List<Feature> labels(List<String> label) {
    if (packing.targets().areClasses()) {
      return List.of(classLabel(schema.apply(requireOne(label))));
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
    requireClasses(field);
    Feature feature = ClassLabels.of(input.name(), field.name(), found.of(field.name()), packing);
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

  private int length(StructField field) {
    if (field.metadata().contains("numFeatures")) {
      return Math.toIntExact(field.metadata().getLong("numFeatures"));
    }
    Column column = ColumnTypes.column(input.rows(), field.name());
    List<Row> first =
        SparkFailures.explained(
            input.name(),
            () -> input.rows().select(column).where(column.isNotNull()).takeAsList(FIRST_ROWS));
    // The most frequent one, not the first: that may be the row which is wrong.
    TreeMap<Integer, Long> lengths = new TreeMap<>();
    for (Row row : first) {
      List<?> elements = NumberArray.elements(row.get(0));
      lengths.merge(elements == null ? 0 : elements.size(), 1L, Long::sum);
    }
    return lengths.entrySet().stream()
        .filter(entry -> entry.getKey() > 0)
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElseThrow(
            () ->
                InvarException.of(
                    input.name() + ", column " + Names.shown(field.name()),
                    "arrays of numbers",
                    first.isEmpty() ? "none" : "empty ones",
                    "Name another column."));
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
