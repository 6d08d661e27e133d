package org.invar.source;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.invar.InvarException;
import org.invar.data.Normalization;
import org.invar.rows.Identity;
import org.invar.rows.RowCodec;
import org.invar.rows.Values;
import org.invar.source.picture.BadPicture;
import org.invar.source.picture.Pictures;
import org.invar.tensor.DType;
import org.invar.tensor.Float32;
import org.jspecify.annotations.Nullable;

/**
 * Turns Spark's rows into features, targets and weight, as a {@link Preprocessing} says, and
 * refuses what is null, not finite, out of range or of another length.
 *
 * <p>Immutable and serializable, so tasks may share it.
 */
public final class RowEncoder implements Serializable {
  private static final long serialVersionUID = 1;
  private static final double SUM_TOLERANCE = 1e-3;

  private final Preprocessing preprocessing;
  private final boolean fitted;
  private final RowCodec codec;
  private final Normalization normalization;
  private final Targets targets;
  private final List<ColumnReader> features;
  private final List<ColumnReader> labels;
  private final int weight;
  private final int id;
  private final RowPlace place;

  private RowEncoder(
      Preprocessing preprocessing, boolean fitted, Input input, StructType rows, boolean labeled) {
    requirePixels(input, preprocessing.features());
    if (labeled) {
      input.requireClassFolders();
    }
    this.preprocessing = preprocessing;
    this.fitted = fitted;
    this.codec = new RowCodec(preprocessing.layout());
    this.normalization = preprocessing.normalization();
    this.targets = preprocessing.targets();
    this.features = readers(input, rows, preprocessing.features());
    this.labels = labeled ? readers(input, rows, preprocessing.labels()) : List.of();
    this.weight = labeled ? index(input, rows, preprocessing.weight()) : -1;
    this.id = labeled ? index(input, rows, preprocessing.id()) : -1;
    if (id >= 0) {
      ColumnTypes.requireId(input.name(), rows.fields()[id]);
    }
    this.place = RowPlace.of(input, rows);
  }

  /**
   * Returns the encoder of rows with labels.
   *
   * @param fitted whether the preprocessing is complete; the rows that moments are fitted on are
   *     compared with them afterwards
   * @param rows the schema of the rows that it will get
   * @throws InvarException when a column is missing or of another type
   */
  static RowEncoder labeled(
      Preprocessing preprocessing, boolean fitted, Input input, StructType rows) {
    return new RowEncoder(preprocessing, fitted, input, rows, true);
  }

  /**
   * Returns the encoder of rows for prediction, which needs no label.
   *
   * @param rows the schema of the rows that it will get: {@link Input#rows} or {@link
   *     Input#located}
   * @throws InvarException when a column is missing or of another type
   */
  public static RowEncoder unlabeled(Preprocessing preprocessing, Input input, StructType rows) {
    return new RowEncoder(preprocessing, true, input, rows, false);
  }

  private static void requirePixels(Input input, List<Feature> features) {
    Feature pixels = input.pixels();
    if (pixels != null && !features.equals(List.of(pixels))) {
      throw InvarException.of(
          input.name(),
          "the features of the training source, " + features,
          pixels.toString(),
          "Name pictures of the same format, size and channels.");
    }
  }

  private static List<ColumnReader> readers(Input input, StructType rows, List<Feature> features) {
    List<ColumnReader> readers = new ArrayList<>();
    Set<String> there = new LinkedHashSet<>(Arrays.asList(input.rows().columns()));
    Names.requireAll(input.name(), features.stream().map(Feature::column).toList(), there);
    for (Feature feature : features) {
      int index = rows.fieldIndex(feature.column());
      ColumnTypes.require(input.name(), rows.fields()[index], feature);
      readers.add(ColumnReader.of(index, feature));
    }
    return readers;
  }

  private static int index(Input input, StructType rows, @Nullable String column) {
    if (column == null) {
      return -1;
    }
    Names.require(input.name(), column, Arrays.asList(input.rows().columns()));
    return rows.fieldIndex(column);
  }

  /** The features of a partition's rows, which are read in their order: messages number them. */
  public final class PartitionFeatures {
    private final RowPlace.Counter counter = place.counter();

    private PartitionFeatures() {}

    /**
     * Writes the network's inputs for the next row: its features, normalized.
     *
     * @param row a row of the input
     * @param out receives as many floats as the preprocessing's shape has elements
     * @param at where in {@code out} the first one goes
     * @return how many steps of the row's sequence are its own; 0 where rows have no lengths
     * @throws InvarException when the row cannot be used, naming it
     */
    public int next(Row row, float[] out, int at) {
      long number = counter.next(row);
      BadRow fault = place.fault(row);
      if (fault != null) {
        throw new InvarException(fault.message());
      }
      try {
        if (preprocessing.type() == DType.UINT8) {
          normalization.bytes(pixels(row), 0, preprocessing.shape().size(), out, at);
          return 0;
        }
        int length = length(row);
        double[] values = features(row, length);
        for (int j = 0; j < values.length; j++) {
          out[at + j] = normalization.of(values[j], j);
        }
        Arrays.fill(out, at + values.length, at + preprocessing.shape().size(), 0);
        return length;
      } catch (BadValue bad) {
        throw new InvarException(place.bad(row, number, all(row, bad)).message(), bad);
      }
    }
  }

  /** Returns what reads one partition's features. */
  public PartitionFeatures partition() {
    return new PartitionFeatures();
  }

  /** Encodes the rows of a partition; where bad ones end the run, up to the first of them. */
  Iterator<Encoded> encodeAll(Iterator<Row> rows, BadRows policy) {
    return new Iterator<>() {
      private final RowPlace.Counter counter = place.counter();
      private boolean ended;

      @Override
      public boolean hasNext() {
        return !ended && rows.hasNext();
      }

      @Override
      public Encoded next() {
        Row row = rows.next();
        Encoded encoded = encode(row, counter.next(row));
        ended = encoded.problem() != null && policy == BadRows.ERROR;
        return encoded;
      }
    };
  }

  private Encoded encode(Row row, long number) {
    BadRow fault = place.fault(row);
    if (fault != null) {
      return Encoded.bad(fault);
    }
    try {
      return encode(row);
    } catch (BadValue bad) {
      return Encoded.bad(place.bad(row, number, all(row, bad)));
    }
  }

  /** Returns what is wrong with each of a row's columns, of which one is known. */
  private List<BadValue> all(Row row, BadValue known) {
    Map<String, BadValue> bad = new LinkedHashMap<>();
    if (preprocessing.type() != DType.UINT8 && !preprocessing.lengths()) {
      for (ColumnReader reader : Stream.concat(features.stream(), labels.stream()).toList()) {
        try {
          reader.read(row.get(reader.index()), 0, new double[reader.feature().width()], 0);
        } catch (BadValue e) {
          bad.put(e.column(), e);
        }
      }
    }
    bad.putIfAbsent(known.column(), known);
    return List.copyOf(bad.values());
  }

  private Encoded encode(Row row) {
    float exampleWeight = weight < 0 ? 1 : weight(row);
    int length = length(row);
    Values inputs =
        preprocessing.type() == DType.UINT8
            ? Values.of(pixels(row))
            : Values.of(features(row, length));
    byte[] bytes = codec.encode(List.of(inputs, targets(row, length)), exampleWeight);
    if (id < 0) {
      return Encoded.good(Identity.of(bytes), bytes);
    }
    Object text = row.get(id);
    if (text == null) {
      throw new BadValue(row.schema().fieldNames()[id], "an id", null);
    }
    return Encoded.good(Identity.ofId(text.toString()), bytes);
  }

  private float weight(Row row) {
    String column = row.schema().fieldNames()[weight];
    double number = ColumnReader.number(column, row.get(weight), ValueType.NUMBER);
    if (number < 0) {
      throw new BadValue(column, "a weight of at least 0", row.get(weight));
    }
    if (!Float32.holds(number)) {
      throw new BadValue(column, "a weight that is " + Float32.RANGE, row.get(weight));
    }
    return (float) number;
  }

  private byte[] pixels(Row row) {
    ColumnReader only = features.get(0);
    return pixels(only.feature(), row.get(only.index()));
  }

  /** The numbers of a row's features, each of which its input can tell. */
  private double[] features(Row row, int length) {
    double[] values = numbers(row, features, length);
    for (int j = 0; fitted && j < values.length; j++) {
      if (!normalization.holds(values[j], j)) {
        throw new BadValue(name(features, length, j), preprocessing.expected(j), values[j]);
      }
    }
    return values;
  }

  /** The name of the column, or of the array's entry, that a number of some columns comes from. */
  private static String name(List<ColumnReader> readers, int length, int number) {
    int at = number;
    for (ColumnReader reader : readers) {
      if (at < reader.width(length)) {
        return reader.name(at);
      }
      at -= reader.width(length);
    }
    throw new IndexOutOfBoundsException(number);
  }

  private static byte[] pixels(Feature feature, @Nullable Object value) {
    boolean picture = feature.kind() == Feature.Kind.IMAGE;
    if (!(value instanceof byte[] bytes)) {
      String expected = picture ? PictureFiles.EXPECTED : "bytes";
      throw new BadValue(feature.column(), expected, value);
    }
    if (!picture) {
      if (bytes.length != feature.width()) {
        throw new BadValue(feature.column(), feature.width() + " bytes", value);
      }
      return bytes;
    }
    List<Integer> size = feature.dimensions();
    try {
      return Pictures.pixels(bytes, size.get(0), size.get(1), size.get(2));
    } catch (BadPicture e) {
      throw new BadValue(feature.column(), e);
    }
  }

  private Values targets(Row row, int length) {
    double[] values = numbers(row, labels, length);
    if (targets.areClasses()) {
      return Values.of(Arrays.stream(values).mapToInt(id -> (int) id).toArray());
    }
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      // A probability too small for float32 is 0 beside those that make the sum 1.
      if (targets != Targets.DISTRIBUTION && !Float32.holds(values[i])) {
        throw new BadValue(name(labels, length, i), Float32.RANGE, values[i]);
      }
      sum += values[i] < 0 ? Double.NaN : values[i];
    }
    if (targets == Targets.DISTRIBUTION && !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new BadValue(
          labels.get(0).feature().column(),
          "probabilities, none negative, that sum to 1",
          Arrays.toString(values));
    }
    return Values.of(values);
  }

  /**
   * Returns the numbers of some columns, one behind another.
   *
   * @param length the steps that arrays with an entry a step must have; 0 where rows have no
   *     lengths
   */
  private static double[] numbers(Row row, List<ColumnReader> readers, int length) {
    double[] out = new double[readers.stream().mapToInt(reader -> reader.width(length)).sum()];
    int at = 0;
    for (ColumnReader reader : readers) {
      reader.read(row.get(reader.index()), length, out, at);
      at += reader.width(length);
    }
    return out;
  }

  private int length(Row row) {
    if (!preprocessing.lengths()) {
      return 0;
    }
    ColumnReader only = features.get(0);
    return NumberArray.of(only.feature(), row.get(only.index())).steps();
  }
}
