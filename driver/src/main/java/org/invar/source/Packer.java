package org.invar.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongToIntFunction;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.invar.InvarException;
import org.invar.source.Splits.Split;
import org.jspecify.annotations.Nullable;

/**
 * Reads a job's sources once, checks every row, and packs the splits into shards.
 *
 * <p>All sources are checked before anything is packed. Used by one thread.
 */
public final class Packer {
  private static final float[] NONE = {};

  private final Packing packing;
  private final LongToIntFunction shards;
  private final int partitions;
  private final List<JavaRDD<Encoded>> persisted = new ArrayList<>();

  /** A source whose rows are encoded and checked. */
  private record Checked(
      Input input, JavaRDD<Encoded> rows, Splits splits, Preprocessing preprocessing, Tally tally) {
    long count(Split split) {
      long count = tally.rows(split);
      if (count == 0) {
        throw InvarException.of(
            input.name(),
            "rows for the " + split.name().toLowerCase(Locale.ROOT) + " split",
            "none among " + Stream.of(Split.values()).mapToLong(tally::rows).sum(),
            "Give more rows, or another fraction or seed.");
      }
      return count;
    }
  }

  private Packer(Packing packing, LongToIntFunction shards, int partitions) {
    this.packing = packing;
    this.shards = shards;
    this.partitions = partitions;
  }

  /**
   * Returns what the columns of the training source are, before its rows are read: not yet fitted,
   * and without classes where they are unknown numbers.
   *
   * @throws InvarException when a column is missing or of a type that cannot be used
   */
  public static Preprocessing schema(Input train, Packing packing) {
    return SchemaReader.read(train, packing);
  }

  /**
   * Reads and packs.
   *
   * @param packing what the job says about its data
   * @param train the training source
   * @param dev a dev source of its own, or null; then {@code packing.devFraction()} must be 0
   * @param test a test source of its own, or null; then {@code packing.testFraction()} must be 0
   * @param shards gives V for the rows of the training split; all splits have as many
   * @param partitions the most partitions that shards are spread over, at least 1
   * @throws InvarException when a source or one of its rows cannot be used
   */
  public static PackedSplits pack(
      Packing packing,
      Input train,
      @Nullable Input dev,
      @Nullable Input test,
      LongToIntFunction shards,
      int partitions) {
    if ((dev != null && packing.devFraction() > 0)
        || (test != null && packing.testFraction() > 0)) {
      throw InvarException.of(
          train.name(),
          "a split by fraction or a source of its own",
          "both",
          "Leave one of the two out.");
    }
    var packer = new Packer(packing, shards, partitions);
    try {
      return packer.pack(train, dev, test);
    } finally {
      packer.persisted.forEach(rows -> rows.unpersist(false));
    }
  }

  private PackedSplits pack(Input train, @Nullable Input dev, @Nullable Input test) {
    var splits = new Splits(packing.devFraction(), packing.testFraction(), packing.seed());
    Checked trained = check(train, SchemaReader.read(train, packing), splits);
    Preprocessing known = trained.preprocessing().withClasses(trained.tally().highestClass() + 1);
    int v = shards.applyAsInt(trained.count(Split.TRAIN));

    Checked devRows = packing.devFraction() > 0 ? trained : checkOwn(dev, known);
    Split devSplit = dev == null ? Split.DEV : Split.TRAIN;
    Checked testRows = packing.testFraction() > 0 ? trained : checkOwn(test, known);
    Split testSplit = test == null ? Split.TEST : Split.TRAIN;
    requireRows(devRows, devSplit);
    requireRows(testRows, testSplit);

    float[] classWeights =
        packing.balanced() ? trained.tally().balancedWeights(known.classes().size()) : NONE;
    PackedDataset packed = packed(trained, Split.TRAIN, classWeights, v);
    if (packing.standardize()) {
      Moments moments = Moments.of(packed);
      known = known.standardizing(moments.means(), moments.variances());
    }
    return new PackedSplits(
        known,
        packed,
        devRows == null ? null : packed(devRows, devSplit, NONE, v),
        testRows == null ? null : packed(testRows, testSplit, NONE, v));
  }

  private static void requireRows(@Nullable Checked rows, Split split) {
    if (rows != null) {
      rows.count(split);
    }
  }

  /** Checks a source that is one split as a whole. */
  private @Nullable Checked checkOwn(@Nullable Input input, Preprocessing preprocessing) {
    return input == null ? null : check(input, preprocessing, new Splits(0, 0, packing.seed()));
  }

  private Checked check(Input input, Preprocessing preprocessing, Splits splits) {
    JavaRDD<Encoded> rows = encoded(input, preprocessing).persist(StorageLevel.MEMORY_AND_DISK());
    persisted.add(rows);
    boolean classes = packing.targets() == Targets.CLASSES || packing.targets() == Targets.BINARY;
    Tally tally = Tally.of(input.name(), rows, splits, preprocessing.encoding(), classes);
    return new Checked(input, rows, splits, preprocessing, tally);
  }

  private static JavaRDD<Encoded> encoded(Input input, Preprocessing preprocessing) {
    List<String> wanted = new ArrayList<>();
    preprocessing.features().forEach(feature -> wanted.add(feature.column()));
    preprocessing.labels().forEach(label -> wanted.add(label.column()));
    Stream.of(preprocessing.weight(), preprocessing.id())
        .filter(column -> column != null)
        .forEach(wanted::add);
    if (input.pixels() != null) {
      wanted.addAll(input.kept());
    }
    Dataset<Row> rows = RowPlace.located(input, wanted);
    RowEncoder encoder = RowEncoder.labeled(preprocessing, input, rows.schema());
    return rows.toJavaRDD().mapPartitions(encoder::encodeAll);
  }

  private PackedDataset packed(Checked source, Split split, float[] classWeights, int v) {
    Splits splits = source.splits();
    JavaRDD<Encoded> rows = source.rows().filter(row -> splits.of(row.identity()) == split);
    return SparkFailures.explained(
        source.input().name(),
        () ->
            PackedDataset.pack(
                rows,
                source.preprocessing().encoding(),
                classWeights,
                packing.seed(),
                v,
                Math.min(partitions, v)));
  }
}
